package org.weft.trainer.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.function.Consumer;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;

/**
 * What a model card is written from.
 *
 * @param parameters that are exported: of adapters those of the whole model
 * @param dtype that tensors are stored in
 * @param results of the run's evaluation, where it is of this very checkpoint; else a missing node
 * @param dataset the manifest of the encoded rows that it was tuned on, or a missing node
 * @param provenance of the corpus that it was trained on, where it is the one of that time; else a missing node
 */
record CardFacts(
        CheckpointManifest manifest,
        WeftConfig config,
        long parameters,
        String dtype,
        JsonNode results,
        JsonNode dataset,
        JsonNode provenance) {
    private static final String RESULTS = "/results.json";
    private static final JsonNode NONE = Json.MAPPER.missingNode();

    /**
     * Reads what lies in a checkpoint's run.
     *
     * @param notices told of results that are of another checkpoint
     */
    static CardFacts read(Store store, Checkpoint checkpoint, long parameters, String dtype, Consumer<String> notices)
            throws IOException {
        WeftConfig config = ReplicaLoader.configOf(checkpoint);
        return new CardFacts(
                checkpoint.manifest(),
                config,
                parameters,
                dtype,
                results(store, checkpoint, notices),
                config.finetune().active()
                        ? file(store, checkpoint.run().dataset() + "/" + ExamplesManifest.FILE)
                        : NONE,
                provenance(store, checkpoint));
    }

    private static JsonNode results(Store store, Checkpoint checkpoint, Consumer<String> notices) throws IOException {
        JsonNode results = file(store, checkpoint.run().evaluation() + RESULTS);
        String of = results.path("facts").path("params_sha256").asText();
        if (results.isMissingNode() || of.equals(checkpoint.manifest().paramsSha256())) {
            return results;
        }
        notices.accept("the model card has no results: those of the run's evaluation are of "
                + results.path("facts").path("checkpoint").asText("another checkpoint"));
        return NONE;
    }

    /** Of the corpus of that time: one that was prepared again says nothing of this model. */
    private static JsonNode provenance(Store store, Checkpoint checkpoint) throws IOException {
        String path = checkpoint.run().corpus() + "/" + CorpusManifest.PROVENANCE_FILE;
        for (Source source : checkpoint.manifest().sources()) {
            if (source.kind().equals(Source.PROVENANCE) && store.exists(path)) {
                return Sha256.hex(store.readAll(path)).equals(source.sha256()) ? file(store, path) : NONE;
            }
        }
        return NONE;
    }

    private static JsonNode file(Store store, String path) throws IOException {
        return store.exists(path)
                ? Json.parse(store.readAll(path), path, "mend it or take it away, and export again")
                : NONE;
    }
}
