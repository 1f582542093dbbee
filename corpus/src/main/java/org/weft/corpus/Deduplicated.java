package org.weft.corpus;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import scala.Tuple2;

/** Drops a document whose key is that of the one before: of sorted documents, all repetitions. */
final class Deduplicated implements Iterator<Tuple2<byte[], byte[]>> {
    private final Iterator<Tuple2<byte[], byte[]>> sorted;
    private byte[] lastKey = new byte[0];
    private Tuple2<byte[], byte[]> next;
    private long dropped;

    Deduplicated(Iterator<Tuple2<byte[], byte[]>> sorted) {
        this.sorted = sorted;
    }

    @Override
    public boolean hasNext() {
        while (next == null && sorted.hasNext()) {
            Tuple2<byte[], byte[]> candidate = sorted.next();
            if (Arrays.equals(candidate._1(), lastKey)) {
                dropped++;
            } else {
                lastKey = candidate._1();
                next = candidate;
            }
        }
        return next != null;
    }

    @Override
    public Tuple2<byte[], byte[]> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Tuple2<byte[], byte[]> found = next;
        next = null;
        return found;
    }

    /** Repetitions seen so far. */
    long dropped() {
        return dropped;
    }
}
