package org.weft.corpus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.TokenCorpus;
import org.weft.core.tokens.TokenShardFormat;
import org.weft.core.tokens.TokenShardReader;

/** Reads every byte of a corpus, in parallel, and says all that is wrong with it at once. */
public final class CorpusVerification {
    private CorpusVerification() {}

    /** Fails unless tokenizer and all shards are those that the manifest lists. Returns the manifest. */
    public static CorpusManifest run(JavaSparkContext spark, Store store, String corpusDir) throws IOException {
        CorpusManifest manifest = CorpusManifest.load(store, corpusDir);
        manifest.loadTokenizer(store, corpusDir);
        List<String> files = new ArrayList<>();
        manifest.train().shards().forEach(shard -> files.add(shard.file()));
        manifest.val().shards().forEach(shard -> files.add(shard.file()));
        List<String> problems = spark.parallelize(files, Math.max(1, files.size()))
                .map(file -> problem(store, corpusDir, file))
                .filter(problem -> !problem.isEmpty())
                .collect();
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    "corpus damaged: " + corpusDir + ": " + problems.size() + " of " + files.size()
                            + " token shards\n  - " + String.join("\n  - ", problems),
                    "run prepare again");
        }
        return manifest;
    }

    /** What is wrong with a shard; empty where nothing is. The task loads the manifest: it may list many shards. */
    private static String problem(Store store, String corpusDir, String file) throws IOException {
        CorpusManifest manifest = CorpusManifest.load(store, corpusDir);
        List<CorpusShard> shards = new ArrayList<>(manifest.train().shards());
        shards.addAll(manifest.val().shards());
        for (CorpusShard shard : shards) {
            if (shard.file().equals(file)) {
                return problem(store, corpusDir, manifest, shard);
            }
        }
        return "token shard no longer in the manifest: file=" + file;
    }

    private static String problem(Store store, String corpusDir, CorpusManifest manifest, CorpusShard shard)
            throws IOException {
        try (TokenShardReader reader = TokenCorpus.openChecked(store, corpusDir, manifest, shard)) {
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
