package org.weft.corpus;

import java.util.Arrays;
import java.util.Iterator;
import org.weft.core.Upcoming;
import scala.Tuple2;

/**
 * Drops a document whose text has the key of the one before: of sorted documents, all repetitions. Of several sources the
 * first one that has a text keeps it.
 */
final class Deduplicated extends Upcoming<Tuple2<byte[], byte[]>> {
    private final Iterator<Tuple2<byte[], byte[]>> sorted;
    private byte[] lastKey;
    private long dropped;

    Deduplicated(Iterator<Tuple2<byte[], byte[]>> sorted) {
        this.sorted = sorted;
    }

    @Override
    protected Tuple2<byte[], byte[]> find() {
        while (sorted.hasNext()) {
            Tuple2<byte[], byte[]> candidate = sorted.next();
            byte[] key = candidate._1();
            if (lastKey != null && Arrays.equals(key, 0, DocumentKey.BYTES, lastKey, 0, DocumentKey.BYTES)) {
                dropped++;
            } else {
                lastKey = key;
                return candidate;
            }
        }
        return null;
    }

    /** Repetitions seen so far. */
    long dropped() {
        return dropped;
    }
}
