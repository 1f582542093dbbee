package org.weft.corpus;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Sorted documents without those that are dropped, whose keys are sorted as they are: both are walked through once, and
 * neither is held.
 */
final class Without implements Iterator<Tuple2<byte[], byte[]>> {
    private final Iterator<Tuple2<byte[], byte[]>> documents;
    private final Iterator<byte[]> dropped;
    private Tuple2<byte[], byte[]> next;
    private byte[] drop;

    Without(Iterator<Tuple2<byte[], byte[]>> documents, Iterator<byte[]> dropped) {
        this.documents = documents;
        this.dropped = dropped;
    }

    /**
     * The documents that are left, partitioned as before.
     *
     * @param dropped keys, or what some begin with, in no order
     */
    static JavaPairRDD<byte[], byte[]> of(JavaPairRDD<byte[], byte[]> sorted, JavaRDD<byte[]> dropped) {
        JavaRDD<byte[]> keys = dropped.mapToPair(key -> new Tuple2<>(key, 0))
                .repartitionAndSortWithinPartitions(
                        new DocumentKey.Shards(sorted.getNumPartitions()), DocumentKey.ORDER)
                .keys();
        return JavaPairRDD.fromJavaRDD(sorted.zipPartitions(keys, Without::new));
    }

    @Override
    public boolean hasNext() {
        while (next == null && documents.hasNext()) {
            Tuple2<byte[], byte[]> candidate = documents.next();
            if (!isDropped(candidate._1())) {
                next = candidate;
            }
        }
        return next != null;
    }

    private boolean isDropped(byte[] key) {
        while (drop != null || dropped.hasNext()) {
            drop = drop == null ? dropped.next() : drop;
            int order = Arrays.compareUnsigned(drop, 0, drop.length, key, 0, Math.min(drop.length, key.length));
            if (order >= 0) {
                return order == 0; // and others may begin with it
            }
            drop = null;
        }
        return false;
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
