package org.weft.corpus;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Sorted documents without some. What is dropped is sorted among them: a key with an empty text, which no document has,
 * stands before all documents whose keys begin with it.
 */
final class Without implements Iterator<Tuple2<byte[], byte[]>> {
    private static final byte[] DROPPED = {};

    private final Iterator<Tuple2<byte[], byte[]>> sorted;
    private byte[] drop;
    private Tuple2<byte[], byte[]> next;

    Without(Iterator<Tuple2<byte[], byte[]>> sorted) {
        this.sorted = sorted;
    }

    /**
     * The documents that are left, sorted within the partitions of {@link DocumentKey.Shards}.
     *
     * @param documents in no order
     * @param dropped keys, each shorter than those that begin with it, in no order
     */
    static JavaPairRDD<byte[], byte[]> sorted(
            JavaPairRDD<byte[], byte[]> documents, JavaRDD<byte[]> dropped, int shards) {
        return documents
                .union(dropped.mapToPair(key -> new Tuple2<>(key, DROPPED)))
                .repartitionAndSortWithinPartitions(new DocumentKey.Shards(shards), DocumentKey.ORDER)
                .mapPartitionsToPair(Without::new, true);
    }

    @Override
    public boolean hasNext() {
        while (next == null && sorted.hasNext()) {
            Tuple2<byte[], byte[]> candidate = sorted.next();
            byte[] key = candidate._1();
            if (candidate._2().length == 0) {
                drop = key;
            } else if (drop == null
                    || key.length < drop.length
                    || !Arrays.equals(key, 0, drop.length, drop, 0, drop.length)) {
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
}
