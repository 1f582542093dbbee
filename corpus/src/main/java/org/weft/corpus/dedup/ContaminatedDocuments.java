package org.weft.corpus.dedup;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import scala.Tuple2;

/** Those of some documents that share a run of words with an evaluation. */
final class ContaminatedDocuments implements Iterator<Contaminated> {
    private final Iterator<Tuple2<byte[], byte[]>> documents;
    private final Evaluations.Search search;
    private Contaminated next;

    ContaminatedDocuments(Iterator<Tuple2<byte[], byte[]>> documents, Evaluations evaluations) {
        this.documents = documents;
        this.search = evaluations.search();
    }

    @Override
    public boolean hasNext() {
        while (next == null && documents.hasNext()) {
            Tuple2<byte[], byte[]> document = documents.next();
            Evaluations.Row row = search.find(document._2());
            if (row != null) {
                byte[] key = Arrays.copyOf(document._1(), Nodes.KEY_BYTES);
                next = new Contaminated(key, row.file(), row.row());
            }
        }
        return next != null;
    }

    @Override
    public Contaminated next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Contaminated found = next;
        next = null;
        return found;
    }
}
