package org.weft.corpus.dedup;

import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.weft.core.Upcoming;
import scala.Tuple2;

/** Sorted documents without some: both sides are sorted by key, and pass by each other. */
final class WithoutDocuments extends Upcoming<Tuple2<byte[], byte[]>> {
    private final Iterator<Tuple2<byte[], byte[]>> documents;
    private final Iterator<byte[]> dropped;
    private byte[] drop;

    private WithoutDocuments(Iterator<Tuple2<byte[], byte[]>> documents, Iterator<byte[]> dropped) {
        this.documents = documents;
        this.dropped = dropped;
        advance();
    }

    /**
     * The documents that are left, in the same partitions.
     *
     * @param sorted by key within each partition
     * @param shards which partition a key, without a source, is in
     * @param dropped keys without a source: of each, all documents that have it go
     */
    static JavaPairRDD<byte[], byte[]> of(
            JavaPairRDD<byte[], byte[]> sorted, JavaRDD<byte[]> dropped, Partitioner shards) {
        JavaPairRDD<byte[], Boolean> keys = dropped.mapToPair(key -> new Tuple2<>(key, true))
                .repartitionAndSortWithinPartitions(shards, Nodes.ORDER);
        return JavaPairRDD.fromJavaRDD(sorted.zipPartitions(keys.keys(), WithoutDocuments::merged));
    }

    private static Iterator<Tuple2<byte[], byte[]>> merged(
            Iterator<Tuple2<byte[], byte[]>> documents, Iterator<byte[]> dropped) {
        return new WithoutDocuments(documents, dropped);
    }

    private void advance() {
        drop = dropped.hasNext() ? dropped.next() : null;
    }

    @Override
    protected Tuple2<byte[], byte[]> find() {
        while (documents.hasNext()) {
            Tuple2<byte[], byte[]> document = documents.next();
            while (drop != null && order(drop, document._1()) < 0) {
                advance();
            }
            if (drop == null || order(drop, document._1()) != 0) {
                return document;
            }
        }
        return null;
    }

    private static int order(byte[] dropped, byte[] key) {
        return Arrays.compareUnsigned(dropped, 0, Nodes.KEY_BYTES, key, 0, Nodes.KEY_BYTES);
    }
}
