package org.weft.corpus.statistics;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.Json;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.ShardReaders;
import org.weft.core.tokens.TokenShardReader;

/**
 * {@code statistics.json} of a corpus: what its training shards hold that the manifest does not say. It can be made again
 * from them at any time.
 *
 * @param vocabulary tokens that there are
 * @param used how many of them stand in the shards
 * @param entropyBits of one token by its frequency alone
 * @param longest document, in tokens
 * @param lengths documents by their length in tokens, with what begins and ends them
 * @param ranks the most frequent token, the second, and on at growing distances to the rarest that is used
 * @param mostFrequent tokens
 */
public record CorpusStatistics(
        int formatVersion,
        int vocabulary,
        int used,
        long documents,
        long tokens,
        double entropyBits,
        long longest,
        List<Length> lengths,
        List<Rank> ranks,
        List<Frequent> mostFrequent) {

    public static final String FILE = "statistics.json";

    private static final int VERSION = 1;
    private static final int MOST_FREQUENT = 20;
    /** Ranks from one shown to the next grow by a tenth. */
    private static final int RANK_GROWTH = 10;

    private static final int TASKS_PER_CORE = 16;
    private static final int TREE_DEPTH = 2;

    /** Documents of {@code from} to {@code to} tokens. */
    public record Length(long from, long to, long documents) {}

    /**
     * How often the token of a rank stands there.
     *
     * @param share of all tokens that are of this rank or a better one
     */
    public record Rank(int rank, long tokens, double share) {}

    /** A token and how often it stands there. */
    public record Frequent(int id, long tokens) {}

    /** Counts the shards in a directory, in tasks; partial counts are merged there, too, before the last come here. */
    public static CorpusStatistics count(
            JavaSparkContext spark, Store store, String directory, CorpusManifest manifest) {
        CorpusManifest described = manifest.withoutShards();
        int vocabSize = manifest.vocabSize();
        List<CorpusShard> shards = manifest.train().shards();
        int tasks = Math.max(1, Math.min(shards.size(), TASKS_PER_CORE * spark.defaultParallelism()));
        return of(spark.parallelize(shards, tasks)
                .treeAggregate(
                        new TokenCounts(vocabSize),
                        (counts, shard) -> add(counts, store, directory, described, shard),
                        TokenCounts::merge,
                        TREE_DEPTH));
    }

    /** The same in this thread: for a corpus that was prepared before they were kept. */
    public static CorpusStatistics count(Store store, String directory, CorpusManifest manifest) throws IOException {
        TokenCounts counts = new TokenCounts(manifest.vocabSize());
        for (CorpusShard shard : manifest.train().shards()) {
            add(counts, store, directory, manifest, shard);
        }
        return of(counts);
    }

    private static TokenCounts add(
            TokenCounts counts, Store store, String directory, CorpusManifest manifest, CorpusShard shard)
            throws IOException {
        try (TokenShardReader reader = ShardReaders.openChecked(store, directory, manifest, shard)) {
            return counts.add(reader);
        }
    }

    private static CorpusStatistics of(TokenCounts counts) {
        int[] byFrequency = IntStream.range(0, counts.vocabSize())
                .filter(id -> counts.tokens(id) > 0)
                .boxed()
                .sorted(Comparator.comparingLong((Integer id) -> -counts.tokens(id))
                        .thenComparing(id -> id))
                .mapToInt(Integer::intValue)
                .toArray();
        long all = IntStream.of(byFrequency).mapToLong(counts::tokens).sum();
        double nats = 0;
        List<Rank> ranks = new ArrayList<>();
        long reached = 0;
        int next = 1;
        for (int rank = 1; rank <= byFrequency.length; rank++) {
            long count = counts.tokens(byFrequency[rank - 1]);
            double share = (double) count / all;
            nats -= share * StrictMath.log(share);
            reached += count;
            if (rank == next || rank == byFrequency.length) {
                ranks.add(new Rank(rank, count, (double) reached / all));
                next = rank + Math.max(1, rank / RANK_GROWTH);
            }
        }
        List<Frequent> frequent = IntStream.of(byFrequency)
                .limit(MOST_FREQUENT)
                .mapToObj(id -> new Frequent(id, counts.tokens(id)))
                .toList();
        return new CorpusStatistics(
                VERSION,
                counts.vocabSize(),
                byFrequency.length,
                counts.documents(),
                all,
                nats / StrictMath.log(2),
                counts.longest(),
                lengths(counts),
                ranks,
                frequent);
    }

    private static List<Length> lengths(TokenCounts counts) {
        int last = TokenCounts.LENGTHS - 1;
        while (last >= 0 && counts.length(last) == 0) {
            last--;
        }
        return IntStream.rangeClosed(0, last)
                .mapToObj(power -> new Length(1L << power, (2L << power) - 1, counts.length(power)))
                .toList();
    }

    /** The bytes of its file. */
    public byte[] toJson() throws IOException {
        return Json.RECORDS.writeValueAsBytes(this);
    }

    /** What prepare left in a corpus, counted anew where it left nothing that is of this manifest. */
    public static CorpusStatistics load(Store store, String directory, CorpusManifest manifest) throws IOException {
        String path = directory + "/" + FILE;
        if (store.exists(path)) {
            try {
                CorpusStatistics kept = Json.RECORDS.readValue(store.readAll(path), CorpusStatistics.class);
                if (kept.formatVersion == VERSION
                        && kept.tokens == manifest.train().tokens()
                        && kept.documents == manifest.train().documents()) {
                    return kept;
                }
            } catch (JsonProcessingException broken) {
                return count(store, directory, manifest);
            }
        }
        return count(store, directory, manifest);
    }
}
