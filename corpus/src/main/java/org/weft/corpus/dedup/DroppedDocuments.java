package org.weft.corpus.dedup;

import java.io.IOException;
import org.weft.core.Upcoming;

/**
 * The leaves of stars, each with the Jaccard of the similar pair in which it is most similar to another.
 *
 * <pre>
 *   bytes  0..20  the node
 *   byte   21     0 a pair of its, 1 its star
 *   bytes 22..42  of a pair the inverted bits of the Jaccard, so that the greatest comes first; of a star the centre
 * </pre>
 */
final class DroppedDocuments extends Upcoming<Duplicate> {
    static final int KIND = Nodes.BYTES;
    static final int VALUE = KIND + 1;
    static final int WIDTH = VALUE + Nodes.BYTES;

    private static final byte PAIR = 0;
    private static final byte STAR = 1;

    private final SortedRecords sorted;
    private final byte[] best = new byte[Nodes.BYTES];
    private double jaccard = Double.NaN;

    DroppedDocuments(SortedRecords sorted) {
        this.sorted = sorted;
    }

    /** Adds both ends of each similar pair of a block of {@link Verification}. */
    static void addPairs(byte[] block, PackedBlocks to) {
        byte[] record = new byte[WIDTH];
        record[KIND] = PAIR;
        for (int at = 0; at < block.length; at += Verification.WIDTH) {
            Nodes.LONG.set(record, VALUE, ~(long) Nodes.LONG.get(block, at + Verification.JACCARD));
            for (int node = at; node < at + Verification.JACCARD; node += Nodes.BYTES) {
                System.arraycopy(block, node, record, 0, Nodes.BYTES);
                to.add(Nodes.partition(record, 0, to.partitions()), record);
            }
        }
    }

    /** Adds the leaf of each edge of a block that leads from a leaf to its centre. */
    static void addLeaves(byte[] block, PackedBlocks to) {
        byte[] record = new byte[WIDTH];
        record[KIND] = STAR;
        for (int at = 0; at < block.length; at += Components.WIDTH) {
            if (Nodes.compare(block, at, block, at + Nodes.BYTES) > 0) {
                System.arraycopy(block, at, record, 0, Nodes.BYTES);
                System.arraycopy(block, at + Nodes.BYTES, record, VALUE, Nodes.BYTES);
                to.add(Nodes.partition(record, 0, to.partitions()), record);
            }
        }
    }

    @Override
    protected Duplicate find() throws IOException {
        Duplicate found = null;
        while (found == null && sorted.next()) {
            found = read(sorted.bytes(), sorted.offset());
        }
        return found;
    }

    /** Takes in a record; what it completes, or null. */
    private Duplicate read(byte[] records, int at) {
        boolean same = Nodes.same(records, at, best, 0);
        if (records[at + KIND] == PAIR) {
            if (!same || Double.isNaN(jaccard)) {
                System.arraycopy(records, at, best, 0, best.length);
                jaccard = Double.longBitsToDouble(~(long) Nodes.LONG.get(records, at + VALUE));
            }
            return null;
        }
        if (!same) {
            throw new IllegalStateException("a document of a cluster is in no pair");
        }
        if (Double.isNaN(jaccard)) { // An edge may come twice.
            return null;
        }
        double most = jaccard;
        jaccard = Double.NaN;
        return new Duplicate(Nodes.key(records, at), Nodes.key(records, at + VALUE), most);
    }
}
