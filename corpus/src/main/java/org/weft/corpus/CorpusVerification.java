package org.weft.corpus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.ShardReaders;
import org.weft.core.tokens.TokenShardFormat;
import org.weft.core.tokens.TokenShardReader;

/** Reads every byte of a corpus, in parallel, and says all that is wrong with it at once. */
public final class CorpusVerification {
    private CorpusVerification() {}

    /** Fails unless tokenizer and all shards are those that the manifest lists. Returns the manifest. */
    public static CorpusManifest run(JavaSparkContext spark, Store store, String corpusDir) throws IOException {
        CorpusManifest manifest = CorpusManifest.load(store, corpusDir);
        manifest.loadTokenizer(store, corpusDir);
        CorpusManifest described = manifest.withoutShards(); // tasks have one shard each, and not the list
        List<CorpusShard> shards = shards(manifest);
        List<String> problems = spark.parallelize(shards, Math.max(1, shards.size()))
                .map(shard -> problem(store, corpusDir, described, shard))
                .filter(problem -> !problem.isEmpty())
                .collect();
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    "corpus damaged: " + corpusDir + ": " + problems.size() + " of " + shards.size()
                            + " token shards\n  - " + String.join("\n  - ", problems),
                    "run prepare again");
        }
        return manifest;
    }

    /** What is wrong with a corpus, of which this process alone reads every byte. */
    public static List<String> problems(Store store, String corpusDir) throws IOException {
        CorpusManifest manifest = CorpusManifest.load(store, corpusDir);
        List<String> problems = new ArrayList<>();
        try {
            manifest.loadTokenizer(store, corpusDir);
        } catch (WeftException damaged) {
            problems.add(damaged.getMessage());
        }
        for (CorpusShard shard : shards(manifest)) {
            String problem = problem(store, corpusDir, manifest, shard);
            if (!problem.isEmpty()) {
                problems.add(problem);
            }
        }
        return problems;
    }

    private static List<CorpusShard> shards(CorpusManifest manifest) {
        return Stream.of(manifest.train(), manifest.val())
                .flatMap(split -> split.shards().stream())
                .toList();
    }

    /** What is wrong with a shard; empty where nothing is. */
    private static String problem(Store store, String corpusDir, CorpusManifest manifest, CorpusShard shard)
            throws IOException {
        try (TokenShardReader reader = ShardReaders.openChecked(store, corpusDir, manifest, shard)) {
            String actual = TokenShardFormat.checksum(reader.verify());
            return actual.equals(shard.crc32c())
                    ? ""
                    : "token shard is not the manifest's: file=" + corpusDir + "/" + shard.file() + " crc32c expected="
                            + shard.crc32c() + " actual=" + actual;
        } catch (WeftException invalid) {
            return invalid.getMessage();
        }
    }
}
