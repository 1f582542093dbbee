package org.weft.corpus.dedup;

import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.weft.core.Sha256;
import org.weft.core.Upcoming;
import org.weft.core.config.DeduplicationConfig.Keep;
import scala.Tuple2;

/**
 * Documents whose texts are equal once case, white space, punctuation and the composition of letters are left aside, as
 * {@link TextUnits} leaves them. A text that has neither letter nor digit is equal to none. One shuffle, of a hash and a node
 * a document.
 *
 * <pre>
 *   bytes  0..15  the first half of the SHA-256 of the normalized text
 *   bytes 16..36  the document's node
 * </pre>
 */
final class ExactDuplicates extends Upcoming<Duplicate> {
    private static final int HASH_BYTES = 16;
    private static final int WIDTH = HASH_BYTES + Nodes.BYTES;

    private final SortedRecords sorted;
    private final byte[] kept = new byte[WIDTH];
    private boolean begun;

    private ExactDuplicates(SortedRecords sorted) {
        this.sorted = sorted;
    }

    /** Each document that goes, once, in no order. */
    static JavaRDD<Duplicate> find(JavaPairRDD<byte[], byte[]> documents, Keep keep) {
        int partitions = documents.getNumPartitions();
        return PackedBlocks.shuffled(documents.mapPartitions(texts -> hashes(texts, keep, partitions)), partitions)
                .mapPartitions(blocks -> new ExactDuplicates(SortedRecords.of(blocks, WIDTH)));
    }

    private static Iterator<Tuple2<Integer, byte[]>> hashes(
            Iterator<Tuple2<byte[], byte[]>> documents, Keep keep, int partitions) {
        byte[] record = new byte[WIDTH];
        return new PackedBlocks(WIDTH, partitions, to -> {
            if (!documents.hasNext()) {
                return false;
            }
            Tuple2<byte[], byte[]> document = documents.next();
            byte[] normalized = TextUnits.normalized(document._2());
            if (normalized.length > 0) {
                System.arraycopy(Sha256.of(normalized), 0, record, 0, HASH_BYTES);
                Nodes.put(document._1(), document._2().length, keep, record, HASH_BYTES);
                to.add(Nodes.partition((long) Nodes.LONG.get(record, 0), partitions), record);
            }
            return true;
        });
    }

    @Override
    protected Duplicate find() throws IOException {
        while (sorted.next()) {
            byte[] records = sorted.bytes();
            int at = sorted.offset();
            if (begun && Arrays.equals(records, at, at + HASH_BYTES, kept, 0, HASH_BYTES)) {
                return new Duplicate(Nodes.key(records, at + HASH_BYTES), Nodes.key(kept, HASH_BYTES), 1);
            }
            System.arraycopy(records, at, kept, 0, WIDTH);
            begun = true;
        }
        return null;
    }
}
