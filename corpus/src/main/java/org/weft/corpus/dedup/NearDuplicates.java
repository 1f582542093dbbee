package org.weft.corpus.dedup;

import java.io.Serializable;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.weft.core.config.DeduplicationConfig;
import scala.Tuple2;

/**
 * Near duplicates by MinHash-LSH with verified pairs. Every stage runs on all partitions, and nothing but counts reaches the
 * driver:
 *
 * <pre>
 *   documents --shingles, sketch--> (band's hash, node)        21-byte nodes, no texts
 *             --by band's hash----> pairs of candidates        at most 3 a document and band in large buckets
 *             --by first of pair--> requests, each pair once
 *   documents --where asked for---> (place, shingles)          4 bytes a shingle
 *             --by place----------> similar pairs              exact Jaccard of each
 *             --large/small star--> clusters                   a few rounds
 *             --by node-----------> dropped key, kept key, Jaccard
 * </pre>
 *
 * <p>Memory of a task, whatever the corpus: 16 MB of records and about as much to sort them, 8 MB of blocks on their way,
 * shingles of two documents; 46 bytes for each candidate pair of one partition of the documents; what Spark's sort of the
 * shingles takes, which spills. The documents are read twice and have to be the same both times.
 */
public final class NearDuplicates {
    private final DeduplicationConfig config;
    private final Bands bands;

    private NearDuplicates(DeduplicationConfig config) {
        this.config = config;
        this.bands = Bands.of(config);
    }

    public static NearDuplicates of(DeduplicationConfig config) {
        return new NearDuplicates(config);
    }

    /**
     * What was found; the pairs stay in Spark's storage until it is closed.
     *
     * @param duplicates each dropped document once, in no order
     */
    public record Found(JavaRDD<Duplicate> duplicates, NearDuplicateSummary summary, JavaRDD<?> held)
            implements AutoCloseable {
        @Override
        public void close() {
            held.unpersist(false);
        }
    }

    /**
     * Searches.
     *
     * @param documents UTF-8 by unique keys: 16 bytes of a hash, which no other document shares; a 17th byte is the source
     * @param progress told, on the calling thread, what is being done
     */
    public Found find(JavaPairRDD<byte[], byte[]> documents, Consumer<String> progress) {
        int partitions =
                Math.max(documents.getNumPartitions(), documents.context().defaultParallelism());
        progress.accept("near duplicates: " + bands.count() + " bands of " + bands.rows() + " rows find "
                + String.format(Locale.ROOT, "%.1f", 100 * bands.probability(config.threshold()))
                + " % of pairs of similarity " + config.threshold() + ", more of nearer ones");
        JavaRDD<Verification.Part> verified = verified(documents, partitions).persist(StorageLevel.MEMORY_AND_DISK());
        long[] histogram = verified.map(Verification.Part::histogram).fold(new long[Verification.STEPS], (a, b) -> {
            long[] sum = a.clone();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += b[i];
            }
            return sum;
        });
        JavaRDD<byte[]> pairs = verified.map(Verification.Part::pairs);
        Components.Stars stars = new Components(partitions, progress).of(pairs.map(NearDuplicates::edges));
        StarCensus census = stars.census();
        long similar = verified.map(part -> (long) part.pairs().length / Verification.WIDTH)
                .fold(0L, Long::sum);
        NearDuplicateSummary summary = new NearDuplicateSummary(
                bands.count(),
                bands.rows(),
                LongStream.of(histogram).sum(),
                similar,
                histogram,
                census.centres(),
                census.leaves(),
                census.sizes(),
                stars.rounds());
        progress.accept("near duplicates: " + summary.candidates() + " candidates compared, " + similar
                + " similar pairs, " + summary.clusters() + " clusters, " + summary.dropped() + " documents dropped");
        return new Found(dropped(pairs, stars.edges(), partitions), summary, verified);
    }

    private JavaRDD<Verification.Part> verified(JavaPairRDD<byte[], byte[]> documents, int partitions) {
        int origins = documents.getNumPartitions();
        int ngram = config.ngram();
        double threshold = config.threshold();
        JavaRDD<byte[]> buckets = PackedBlocks.shuffled(
                documents.mapPartitionsWithIndex(new BandHashes(config, bands, partitions), false), partitions);
        JavaRDD<byte[]> pairs = PackedBlocks.shuffled(
                buckets.mapPartitions(blocks -> new PackedBlocks(
                        BucketPairs.WIDTH, partitions, new BucketPairs(SortedRecords.of(blocks, BandHashes.WIDTH)))),
                partitions);
        JavaRDD<byte[]> requests = PackedBlocks.shuffled(
                pairs.mapPartitions(blocks -> new PackedBlocks(
                        PairRequests.WIDTH, origins, new PairRequests(SortedRecords.of(blocks, BucketPairs.WIDTH)))),
                origins);
        JavaRDD<Tuple2<byte[], int[]>> sets = documents.zipPartitions(
                requests,
                (Iterator<Tuple2<byte[], byte[]>> texts, Iterator<byte[]> blocks) ->
                        new RequestedSets(texts, SortedRecords.of(blocks, PairRequests.WIDTH), ngram));
        return JavaPairRDD.fromJavaRDD(sets)
                .repartitionAndSortWithinPartitions(new RequestedSets.Places(partitions), Nodes.ORDER)
                .mapPartitions(sorted -> new Verification(sorted, threshold));
    }

    /** The pairs of a block without their Jaccard. */
    private static byte[] edges(byte[] pairs) {
        int count = pairs.length / Verification.WIDTH;
        byte[] edges = new byte[count * Components.WIDTH];
        for (int i = 0; i < count; i++) {
            System.arraycopy(pairs, i * Verification.WIDTH, edges, i * Components.WIDTH, Components.WIDTH);
        }
        return edges;
    }

    private static JavaRDD<Duplicate> dropped(JavaRDD<byte[]> pairs, JavaRDD<byte[]> stars, int partitions) {
        JavaRDD<Tuple2<Integer, byte[]>> records = packed(pairs, partitions, DroppedDocuments::addPairs)
                .union(packed(stars, partitions, DroppedDocuments::addLeaves));
        return PackedBlocks.shuffled(records, partitions)
                .mapPartitions(blocks -> new DroppedDocuments(SortedRecords.of(blocks, DroppedDocuments.WIDTH)));
    }

    private static JavaRDD<Tuple2<Integer, byte[]>> packed(
            JavaRDD<byte[]> blocks, int partitions, BlockRecords adding) {
        return blocks.mapPartitions(some -> new PackedBlocks(DroppedDocuments.WIDTH, partitions, to -> {
            if (!some.hasNext()) {
                return false;
            }
            adding.add(some.next(), to);
            return true;
        }));
    }

    /** A block's records as others. */
    @FunctionalInterface
    private interface BlockRecords extends Serializable {
        void add(byte[] block, PackedBlocks to);
    }
}
