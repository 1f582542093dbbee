package org.weft.corpus.dedup;

import java.io.IOException;

/**
 * Pairs, each once, to requests for the shingles of both: a request goes to the partition of the documents in which the
 * text is. The seconds of one first document come in groups of {@value #GROUP}, each compared in one place to which the
 * first one's shingles travel too, so that a document with a million candidates is no task's alone.
 *
 * <pre>
 *   bytes  0..15  key of the document that is asked for
 *   bytes 16..20  its rank: of its node what is not the key
 *   bytes 21..41  the pair's first document, a node
 *   bytes 42..45  the group
 * </pre>
 */
final class PairRequests implements PackedBlocks.Source {
    static final int RANK = Nodes.KEY_BYTES;
    static final int FIRST = RANK + Nodes.RANK_BYTES;
    static final int IN_GROUP = FIRST + Nodes.BYTES;
    static final int WIDTH = IN_GROUP + Integer.BYTES;

    static final int GROUP = 1024;

    private final SortedRecords pairs;
    private final byte[] last = new byte[BucketPairs.WIDTH];
    private final byte[] request = new byte[WIDTH];
    private boolean begun;
    private int seconds;

    PairRequests(SortedRecords pairs) {
        this.pairs = pairs;
    }

    @Override
    public boolean advance(PackedBlocks to) throws IOException {
        if (!pairs.next()) {
            return false;
        }
        byte[] records = pairs.bytes();
        int at = pairs.offset();
        boolean sameFirst = begun && Nodes.same(records, at, last, 0);
        if (sameFirst && Nodes.same(records, at + BucketPairs.SECOND, last, BucketPairs.SECOND)) {
            return true;
        }
        begun = true;
        System.arraycopy(records, at, last, 0, last.length);
        seconds = sameFirst ? seconds + 1 : 0;
        System.arraycopy(last, 0, request, FIRST, Nodes.BYTES);
        Nodes.INT.set(request, IN_GROUP, seconds / GROUP);
        if (seconds % GROUP == 0) {
            ask(0, BucketPairs.FIRST_ORIGIN, to);
        }
        ask(BucketPairs.SECOND, BucketPairs.SECOND_ORIGIN, to);
        return true;
    }

    private void ask(int node, int origin, PackedBlocks to) {
        System.arraycopy(last, node + Nodes.RANK_BYTES, request, 0, Nodes.KEY_BYTES);
        System.arraycopy(last, node, request, RANK, Nodes.RANK_BYTES);
        to.add((int) Nodes.INT.get(last, origin), request);
    }
}
