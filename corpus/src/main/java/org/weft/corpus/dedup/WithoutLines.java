package org.weft.corpus.dedup;

import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.weft.core.Upcoming;
import scala.Tuple2;

/** Sorted documents without the lines that {@link RepeatedLines} found; one of which nothing is left has an empty text. */
final class WithoutLines extends Upcoming<Tuple2<byte[], byte[]>> {
    private final Iterator<Tuple2<byte[], byte[]>> documents;
    private final SortedRecords repeated;
    private final TextUnits units = new TextUnits();
    private boolean more;
    private byte[] key = new byte[0];
    private long[] hashes = new long[16];
    private int count;

    private WithoutLines(Iterator<Tuple2<byte[], byte[]>> documents, SortedRecords repeated) throws IOException {
        this.documents = documents;
        this.repeated = repeated;
        this.more = repeated.next();
    }

    /** The documents as they are left, by the keys that they had, in the same partitions. */
    static JavaPairRDD<byte[], byte[]> of(JavaPairRDD<byte[], byte[]> sorted, JavaRDD<byte[]> repeated) {
        return JavaPairRDD.fromJavaRDD(sorted.zipPartitions(
                repeated,
                (Iterator<Tuple2<byte[], byte[]>> documents, Iterator<byte[]> blocks) ->
                        new WithoutLines(documents, SortedRecords.of(blocks, RepeatedLines.WIDTH))));
    }

    @Override
    protected Tuple2<byte[], byte[]> find() throws IOException {
        if (!documents.hasNext()) {
            return null;
        }
        Tuple2<byte[], byte[]> document = documents.next();
        readRepeated(document._1());
        return count == 0 ? document : left(document);
    }

    /** Reads the hashes of a document's repeated lines; equal documents have the same. */
    private void readRepeated(byte[] sought) throws IOException {
        if (compare(sought, key, 0) == 0) {
            return;
        }
        key = Arrays.copyOf(sought, Nodes.KEY_BYTES);
        count = 0;
        while (more && compare(sought, repeated.bytes(), repeated.offset()) >= 0) {
            if (compare(sought, repeated.bytes(), repeated.offset()) == 0) {
                hashes = count == hashes.length ? Arrays.copyOf(hashes, 2 * count) : hashes;
                hashes[count++] = (long) Nodes.LONG.get(repeated.bytes(), repeated.offset() + Nodes.KEY_BYTES);
            }
            more = repeated.next();
        }
        Arrays.sort(hashes, 0, count);
    }

    private static int compare(byte[] sought, byte[] other, int at) {
        int end = Math.min(other.length, at + Nodes.KEY_BYTES);
        return Arrays.compareUnsigned(sought, 0, Nodes.KEY_BYTES, other, at, end);
    }

    /** What is left of a document; nothing where that is white space alone. */
    private Tuple2<byte[], byte[]> left(Tuple2<byte[], byte[]> document) {
        byte[] text = document._2();
        byte[] left = new byte[text.length];
        int used = 0;
        boolean blank = true;
        for (int from = 0; from < text.length; ) {
            int end = RepeatedLines.lineEnd(text, from);
            if (Arrays.binarySearch(hashes, 0, count, RepeatedLines.hash(units, text, from, end)) < 0) {
                System.arraycopy(text, from, left, used, end - from);
                used += end - from;
                for (int at = from; at < end; at++) {
                    blank &= text[at] >= 0 && text[at] <= ' ';
                }
            }
            from = end;
        }
        if (blank) {
            return new Tuple2<>(document._1(), new byte[0]);
        }
        boolean lastWentAway = used > 0 && left[used - 1] == '\n' && text[text.length - 1] != '\n';
        return new Tuple2<>(document._1(), Arrays.copyOf(left, lastWentAway ? used - 1 : used));
    }
}
