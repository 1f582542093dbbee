package org.weft.corpus.dedup;

import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.weft.core.SplitMix64;
import scala.Tuple2;

/**
 * Lines that stand in more than some number of documents, such as what every page of a site says: found by their hash, in one
 * shuffle of 24 bytes a line, and told to the documents that have them, in another. A line is as {@link TextUnits} sees it, and
 * one of fewer than {@value #LEAST_UNITS} units is nobody's. Memory of a task: beside sorting, 16 bytes for each document
 * that a line may stand in.
 *
 * <pre>
 *   bytes  0..7   the line's hash        the other way round where documents are told
 *   bytes  8..23  the document's key
 * </pre>
 */
final class RepeatedLines implements PackedBlocks.Source {
    static final int WIDTH = Long.BYTES + Nodes.KEY_BYTES;

    private static final int LEAST_UNITS = 5;

    private final SortedRecords lines;
    private final int most;
    private final Partitioner shards;
    private final byte[] last = new byte[WIDTH];
    private final byte[] keys;
    private int documents;

    private RepeatedLines(SortedRecords lines, int most, Partitioner shards) {
        this.lines = lines;
        this.most = most;
        this.shards = shards;
        this.keys = new byte[most * Nodes.KEY_BYTES];
    }

    /**
     * Blocks of keys and hashes of lines, in the documents' partitions.
     *
     * @param most documents that a line may stand in
     * @param shards which partition a key is in
     */
    static JavaRDD<byte[]> find(JavaPairRDD<byte[], byte[]> documents, int most, Partitioner shards) {
        int partitions = shards.numPartitions();
        JavaRDD<byte[]> lines =
                PackedBlocks.shuffled(documents.mapPartitions(texts -> hashes(texts, partitions)), partitions);
        return PackedBlocks.shuffled(
                lines.mapPartitions(blocks -> new PackedBlocks(
                        WIDTH, partitions, new RepeatedLines(SortedRecords.of(blocks, WIDTH), most, shards))),
                partitions);
    }

    private static Iterator<Tuple2<Integer, byte[]>> hashes(
            Iterator<Tuple2<byte[], byte[]>> documents, int partitions) {
        TextUnits units = new TextUnits();
        byte[] record = new byte[WIDTH];
        return new PackedBlocks(WIDTH, partitions, to -> {
            if (!documents.hasNext()) {
                return false;
            }
            Tuple2<byte[], byte[]> document = documents.next();
            byte[] text = document._2();
            System.arraycopy(document._1(), 0, record, Long.BYTES, Nodes.KEY_BYTES);
            for (int from = 0; from < text.length; ) {
                int end = lineEnd(text, from);
                long hash = hash(units, text, from, end);
                if (hash != 0) {
                    Nodes.LONG.set(record, 0, hash);
                    to.add(Nodes.partition(hash, partitions), record);
                }
                from = end;
            }
            return true;
        });
    }

    /** Behind the line feed that ends the line, or the text's end. */
    static int lineEnd(byte[] text, int from) {
        for (int at = from; at < text.length; at++) {
            if (text[at] == '\n') {
                return at + 1;
            }
        }
        return text.length;
    }

    /** A line's hash; 0 where it has too few units. */
    static long hash(TextUnits units, byte[] text, int from, int end) {
        units.begin(Arrays.copyOfRange(text, from, end));
        long hash = 0;
        int count = 0;
        for (; units.next(); count++) {
            hash = SplitMix64.mix(hash + units.hash());
        }
        return count < LEAST_UNITS ? 0 : hash;
    }

    @Override
    public boolean advance(PackedBlocks to) throws IOException {
        if (!lines.next()) {
            return false;
        }
        byte[] records = lines.bytes();
        int at = lines.offset();
        if (documents > 0 && Arrays.equals(records, at, at + WIDTH, last, 0, WIDTH)) {
            return true; // Twice in one document.
        }
        if (documents == 0 || (long) Nodes.LONG.get(records, at) != (long) Nodes.LONG.get(last, 0)) {
            documents = 0;
        }
        System.arraycopy(records, at, last, 0, WIDTH);
        if (documents < most) {
            System.arraycopy(last, Long.BYTES, keys, documents * Nodes.KEY_BYTES, Nodes.KEY_BYTES);
        } else {
            for (int held = 0; documents == most && held < most; held++) {
                tell(keys, held * Nodes.KEY_BYTES, to);
            }
            tell(last, Long.BYTES, to);
        }
        documents = Math.min(documents, most) + 1;
        return true;
    }

    private void tell(byte[] holder, int key, PackedBlocks to) {
        byte[] record = new byte[WIDTH];
        System.arraycopy(holder, key, record, 0, Nodes.KEY_BYTES);
        System.arraycopy(last, 0, record, Nodes.KEY_BYTES, Long.BYTES);
        to.add(shards.getPartition(Arrays.copyOf(record, Nodes.KEY_BYTES)), record);
    }
}
