package org.weft.corpus.dedup;

import java.io.IOException;
import java.io.Serializable;

/**
 * What there is in a graph, of which every edge is there in both directions.
 *
 * @param centres nodes whose neighbours are all larger
 * @param leaves nodes with one neighbour, which is smaller
 * @param others nodes that are neither; there are stars alone where there is none
 * @param sizes centres by the size of their stars: entry i counts those of 2^i up to 2^(i+1) - 1 nodes
 */
record StarCensus(long centres, long leaves, long others, long[] sizes) implements Serializable {
    private static final int SIZES = 40;

    /** Of sorted edges; ones that come twice count once. */
    static StarCensus of(SortedRecords sorted) throws IOException {
        Count count = new Count();
        byte[] last = new byte[Components.WIDTH];
        boolean begun = false;
        while (sorted.next()) {
            byte[] records = sorted.bytes();
            int at = sorted.offset();
            boolean another = !begun || !Nodes.same(records, at, last, 0);
            if (another) {
                count.close();
            }
            if (another || !Nodes.same(records, at + Nodes.BYTES, last, Nodes.BYTES)) {
                count.neighbours++;
                count.smaller += Nodes.compare(records, at + Nodes.BYTES, records, at) < 0 ? 1 : 0;
                System.arraycopy(records, at, last, 0, last.length);
                begun = true;
            }
        }
        count.close();
        return new StarCensus(count.centres, count.leaves, count.others, count.sizes);
    }

    StarCensus plus(StarCensus other) {
        long[] sum = sizes.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.sizes[i];
        }
        return new StarCensus(centres + other.centres, leaves + other.leaves, others + other.others, sum);
    }

    /** The count in the making. */
    private static final class Count {
        private final long[] sizes = new long[SIZES];
        private long centres;
        private long leaves;
        private long others;
        private long neighbours;
        private long smaller;

        /** Ends a node. */
        void close() {
            if (neighbours == 0) {
                return;
            }
            if (smaller == 0) {
                centres++;
                sizes[Long.SIZE - 1 - Long.numberOfLeadingZeros(neighbours + 1)]++;
            } else if (neighbours == 1) {
                leaves++;
            } else {
                others++;
            }
            neighbours = 0;
            smaller = 0;
        }
    }
}
