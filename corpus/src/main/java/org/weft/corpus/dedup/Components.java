package org.weft.corpus.dedup;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaRDD;
import org.weft.core.WeftException;
import scala.Tuple2;

/**
 * Similar pairs to clusters: the connected components of the graph, each a star around its smallest node, which is the
 * document that stays. Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected components in MapReduce and beyond"
 * (SoCC 2014): large-star and small-star in turn, each a shuffle over all partitions whose groups are streamed, until there
 * are stars alone. Stars need no round, a chain of n documents about log n.
 *
 * <pre>
 *   bytes  0..20  a node
 *   bytes 21..41  its neighbour
 * </pre>
 */
final class Components {
    static final int WIDTH = 2 * Nodes.BYTES;

    /** More than chains of a billion documents take. */
    private static final int MOST_ROUNDS = 64;

    private final int partitions;
    private final Consumer<String> progress;

    Components(int partitions, Consumer<String> progress) {
        this.partitions = partitions;
        this.progress = progress;
    }

    /**
     * The stars, in both directions.
     *
     * @param edges blocks of records of neighbours, by partitions of no meaning
     * @param rounds that it took
     */
    record Stars(JavaRDD<byte[]> edges, StarCensus census, int rounds) {}

    /** Runs as many rounds as it takes. */
    Stars of(JavaRDD<byte[]> pairs) {
        JavaRDD<byte[]> edges = both(pairs);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            StarCensus census = edges.mapPartitions(blocks -> List.of(StarCensus.of(SortedRecords.of(blocks, WIDTH)))
                            .iterator())
                    .reduce(StarCensus::plus);
            if (census.others() == 0) {
                return new Stars(edges, census, round);
            }
            progress.accept("near duplicates: round " + (round + 1) + " of clustering, " + census.others()
                    + " documents are not yet where they belong");
            edges = both(smallStars(largeStars(edges)));
        }
        throw WeftException.invalidData(
                "near duplicates do not fall into clusters: rounds=" + MOST_ROUNDS,
                "raise corpus.deduplicate.threshold");
    }

    /** Every edge by both of its ends. */
    private JavaRDD<byte[]> both(JavaRDD<byte[]> edges) {
        int count = partitions;
        return PackedBlocks.shuffled(
                edges.mapPartitions(blocks -> {
                    byte[] back = new byte[WIDTH];
                    return new PackedBlocks(WIDTH, count, to -> {
                        if (!blocks.hasNext()) {
                            return false;
                        }
                        byte[] block = blocks.next();
                        for (int at = 0; at < block.length; at += WIDTH) {
                            to.add(Nodes.partition(block, at, count), block, at);
                            System.arraycopy(block, at, back, Nodes.BYTES, Nodes.BYTES);
                            System.arraycopy(block, at + Nodes.BYTES, back, 0, Nodes.BYTES);
                            to.add(Nodes.partition(back, 0, count), back);
                        }
                        return true;
                    });
                }),
                count);
    }

    /** Every node's larger neighbours to its smallest, by the larger one. */
    private JavaRDD<byte[]> largeStars(JavaRDD<byte[]> edges) {
        return starred(edges, true);
    }

    /** Every node and its neighbours, all smaller, to the smallest. */
    private JavaRDD<byte[]> smallStars(JavaRDD<byte[]> edges) {
        return starred(edges, false);
    }

    private JavaRDD<byte[]> starred(JavaRDD<byte[]> edges, boolean large) {
        int count = partitions;
        return PackedBlocks.shuffled(
                edges.mapPartitions(blocks -> stars(SortedRecords.of(blocks, WIDTH), large, count)), count);
    }

    private static Iterator<Tuple2<Integer, byte[]>> stars(SortedRecords sorted, boolean large, int partitions) {
        return new PackedBlocks(WIDTH, partitions, new StarStep(sorted, large));
    }

    /** One record at a time: of a node the neighbours come in order, so that the first one says who is smallest. */
    private static final class StarStep implements PackedBlocks.Source {
        private final SortedRecords sorted;
        private final boolean large;
        private final byte[] last = new byte[WIDTH];
        private final byte[] edge = new byte[WIDTH];
        private boolean begun;

        StarStep(SortedRecords sorted, boolean large) {
            this.sorted = sorted;
            this.large = large;
        }

        @Override
        public boolean advance(PackedBlocks to) throws IOException {
            if (!sorted.next()) {
                return false;
            }
            byte[] records = sorted.bytes();
            int node = sorted.offset();
            int neighbour = node + Nodes.BYTES;
            boolean another = !begun || !Nodes.same(records, node, last, 0);
            if (!another && Nodes.same(records, neighbour, last, Nodes.BYTES)) {
                return true; // The same edge once more.
            }
            boolean smaller = Nodes.compare(records, neighbour, records, node) < 0;
            if (another) {
                System.arraycopy(records, smaller ? neighbour : node, edge, Nodes.BYTES, Nodes.BYTES);
            }
            System.arraycopy(records, node, last, 0, WIDTH);
            begun = true;
            if (large && !smaller) {
                add(records, neighbour, to);
            } else if (!large) {
                add(records, another ? node : neighbour, to);
            }
            return true;
        }

        private void add(byte[] records, int node, PackedBlocks to) {
            System.arraycopy(records, node, edge, 0, Nodes.BYTES);
            to.add(Nodes.partition(edge, 0, to.partitions()), edge);
        }
    }
}
