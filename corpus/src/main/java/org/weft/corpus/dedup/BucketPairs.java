package org.weft.corpus.dedup;

import java.io.IOException;
import java.util.Arrays;

/**
 * Documents that share a band's hash, a bucket, to pairs of candidates, by the first of the pair. Of a bucket of up to
 * {@value #FEW} documents all pairs; of a larger one no more than three a document, however large it is: with the bucket's
 * first document, and with the two that follow it where up to {@value #CHUNK} documents of about one length are put in the
 * order of their next band's hash. So texts that share boilerplate alone and fall into one bucket cost time in proportion to
 * their number, and those among them that are nearer to each other still meet.
 *
 * <pre>
 *   bytes  0..20  the document that stays, a node
 *   bytes 21..41  the one that goes
 *   bytes 42..45  the partition of the first
 *   bytes 46..49  the partition of the second
 * </pre>
 */
final class BucketPairs implements PackedBlocks.Source {
    static final int SECOND = Nodes.BYTES;
    static final int FIRST_ORIGIN = SECOND + Nodes.BYTES;
    static final int SECOND_ORIGIN = FIRST_ORIGIN + Integer.BYTES;
    static final int WIDTH = SECOND_ORIGIN + Integer.BYTES;

    static final int FEW = 8;
    static final int CHUNK = 4096;

    private static final int FOLLOWING = 2;

    private final SortedRecords sorted;
    private final byte[] chunk = new byte[CHUNK * BandHashes.WIDTH];
    private final byte[] first = new byte[BandHashes.WIDTH];
    private final byte[] pair = new byte[WIDTH];
    private boolean ready;
    private boolean started;

    BucketPairs(SortedRecords sorted) {
        this.sorted = sorted;
    }

    @Override
    public boolean advance(PackedBlocks to) throws IOException {
        if (!started) {
            started = true;
            ready = sorted.next();
        }
        if (!ready) {
            return false;
        }
        System.arraycopy(sorted.bytes(), sorted.offset(), first, 0, first.length);
        boolean whole = true;
        int count = 0;
        do {
            if (count == CHUNK) {
                large(count, to);
                whole = false;
                count = 0;
            }
            System.arraycopy(sorted.bytes(), sorted.offset(), chunk, count * BandHashes.WIDTH, BandHashes.WIDTH);
            count++;
            ready = sorted.next();
        } while (ready && sameBucket());
        if (whole && count <= FEW) {
            all(count, to);
        } else {
            large(count, to);
        }
        return true;
    }

    private boolean sameBucket() {
        return (long) Nodes.LONG.get(sorted.bytes(), sorted.offset()) == (long) Nodes.LONG.get(first, 0);
    }

    private void all(int count, PackedBlocks to) {
        for (int a = 0; a < count; a++) {
            for (int b = a + 1; b < count; b++) {
                add(chunk, a * BandHashes.WIDTH, b * BandHashes.WIDTH, to);
            }
        }
    }

    private void large(int count, PackedBlocks to) {
        for (int i = 0; i < count; i++) {
            add(first, 0, i * BandHashes.WIDTH, to);
        }
        long[] order = new long[count]; // next band's hash, then place in the chunk
        for (int i = 0; i < count; i++) {
            int next = (int) Nodes.INT.get(chunk, i * BandHashes.WIDTH + BandHashes.NEXT_BAND);
            order[i] = (long) next << 32 | i;
        }
        Arrays.sort(order);
        for (int i = 0; i < count; i++) {
            for (int j = i + 1; j < count && j <= i + FOLLOWING; j++) {
                int a = (int) Math.min(order[i] & 0xFFFFFFFFL, order[j] & 0xFFFFFFFFL);
                int b = (int) Math.max(order[i] & 0xFFFFFFFFL, order[j] & 0xFFFFFFFFL);
                add(chunk, a * BandHashes.WIDTH, b * BandHashes.WIDTH, to);
            }
        }
    }

    /** A pair whose first is not after its second; a document is no pair with itself. */
    private void add(byte[] records, int a, int b, PackedBlocks to) {
        if (Nodes.same(records, a + BandHashes.NODE, chunk, b + BandHashes.NODE)) {
            return;
        }
        System.arraycopy(records, a + BandHashes.NODE, pair, 0, Nodes.BYTES);
        System.arraycopy(chunk, b + BandHashes.NODE, pair, SECOND, Nodes.BYTES);
        System.arraycopy(records, a + BandHashes.ORIGIN, pair, FIRST_ORIGIN, Integer.BYTES);
        System.arraycopy(chunk, b + BandHashes.ORIGIN, pair, SECOND_ORIGIN, Integer.BYTES);
        to.add(Nodes.partition(pair, 0, to.partitions()), pair);
    }
}
