package org.weft.trainer.prove;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.corpus.CorpusJob;

/** Prepares a corpus once more, by the configuration that it recorded, and compares what comes of it. */
final class RecomputedCorpus {
    private static final String AGAIN = " made again";

    private final JavaSparkContext spark;
    private final Scratch scratch;
    private final Consumer<String> progress;

    RecomputedCorpus(JavaSparkContext spark, Scratch scratch, Consumer<String> progress) {
        this.spark = spark;
        this.scratch = scratch;
        this.progress = progress;
    }

    /**
     * Prepares again.
     *
     * @param model configuration of the model that the corpus was prepared for
     */
    List<Claim> claims(String directory, JsonNode model) throws IOException {
        StoredFile provenance = provenance(scratch.store(), directory);
        JsonNode recorded = Json.RECORDS.readTree(provenance.bytes()).path("configuration");
        ObjectNode tree = Json.RECORDS.createObjectNode();
        tree.putObject("run").put("dir", scratch.directory());
        tree.set("corpus", recorded.path("corpus"));
        tree.set("tokenizer", recorded.path("tokenizer"));
        tree.set("model", recorded.has("model") ? recorded.path("model") : model);
        WeftConfig config = ConfigLoader.recorded(provenance.path(), tree);
        String again = scratch.directory() + "/corpus";
        CorpusManifest made = new CorpusJob(spark, scratch.store(), progress)
                .repeat(config.corpus(), config.tokenizer(), config.model(), again);
        return compare(directory, CorpusManifest.load(scratch.store(), directory), again, made);
    }

    /** @throws WeftException where a corpus does not say how it was made */
    static StoredFile provenance(Store store, String directory) throws IOException {
        StoredFile provenance = StoredFile.read(store, directory + "/" + CorpusManifest.PROVENANCE_FILE);
        if (provenance.bytes() == null) {
            throw WeftException.invalidData(
                    directory + " does not say how it was made: " + provenance.path() + " is " + provenance.problem(),
                    "only a corpus with a " + CorpusManifest.PROVENANCE_FILE + " can be recomputed: run prepare again");
        }
        return provenance;
    }

    private List<Claim> compare(String directory, CorpusManifest before, String again, CorpusManifest made)
            throws IOException {
        List<Claim> claims = new ArrayList<>();
        claims.add(Claim.known(
                CorpusClaims.TOKENIZER + AGAIN,
                directory + "/" + before.tokenizerFile(),
                before.tokenizerSha256(),
                made.tokenizerSha256()));
        Map<String, CorpusShard> shards = new HashMap<>();
        shards(made).forEach(shard -> shards.put(shard.file(), shard));
        shards(before).forEach(shard -> {
            CorpusShard other = shards.get(shard.file());
            String found = other == null ? Claim.MISSING : shard.sha256() == null ? other.crc32c() : other.sha256();
            String expected = shard.sha256() == null ? shard.crc32c() : shard.sha256();
            claims.add(Claim.known(CorpusClaims.SHARD + AGAIN, directory + "/" + shard.file(), expected, found));
        });
        String manifest = "/" + CorpusManifest.FILE;
        claims.add(Claim.known(
                CorpusClaims.MANIFEST + AGAIN,
                directory + manifest,
                Sha256.hex(scratch.store().readAll(directory + manifest)),
                Sha256.hex(scratch.store().readAll(again + manifest))));
        return claims;
    }

    private static Stream<CorpusShard> shards(CorpusManifest manifest) {
        return Stream.of(manifest.train(), manifest.val()).flatMap(split -> split.shards().stream());
    }
}
