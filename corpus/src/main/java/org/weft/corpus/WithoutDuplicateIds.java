package org.weft.corpus;

import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.weft.core.Upcoming;
import scala.Tuple2;

/**
 * Sorted documents without some. What is dropped is sorted among them: a key with an empty text, which no document has,
 * stands before all documents whose keys begin with it.
 */
final class WithoutDuplicateIds extends Upcoming<Tuple2<byte[], byte[]>> {
    private static final byte[] DROPPED = {};

    private final Iterator<Tuple2<byte[], byte[]>> sorted;
    private byte[] drop;

    WithoutDuplicateIds(Iterator<Tuple2<byte[], byte[]>> sorted) {
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
                .mapPartitionsToPair(WithoutDuplicateIds::new, true);
    }

    @Override
    protected Tuple2<byte[], byte[]> find() {
        while (sorted.hasNext()) {
            Tuple2<byte[], byte[]> candidate = sorted.next();
            byte[] key = candidate._1();
            if (candidate._2().length == 0) {
                drop = key;
            } else if (drop == null
                    || key.length < drop.length
                    || !Arrays.equals(key, 0, drop.length, drop, 0, drop.length)) {
                return candidate;
            }
        }
        return null;
    }
}
