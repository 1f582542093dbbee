package org.weft.corpus.dedup;

import java.util.Arrays;
import java.util.Iterator;
import org.weft.core.Upcoming;
import scala.Tuple2;

/** Those of some documents that share a run of words with an evaluation. */
final class ContaminatedDocuments extends Upcoming<Contaminated> {
    private final Iterator<Tuple2<byte[], byte[]>> documents;
    private final Evaluations.Search search;

    ContaminatedDocuments(Iterator<Tuple2<byte[], byte[]>> documents, Evaluations evaluations) {
        this.documents = documents;
        this.search = evaluations.search();
    }

    @Override
    protected Contaminated find() {
        while (documents.hasNext()) {
            Tuple2<byte[], byte[]> document = documents.next();
            Evaluations.Row row = search.find(document._2());
            if (row != null) {
                byte[] key = Arrays.copyOf(document._1(), Nodes.KEY_BYTES);
                return new Contaminated(key, row.file(), row.row());
            }
        }
        return null;
    }
}
