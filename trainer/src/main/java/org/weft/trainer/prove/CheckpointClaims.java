package org.weft.trainer.prove;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.checkpoint.ManifestSeal;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.checkpoint.RunIdentity;

/**
 * What a checkpoint says: its data, its configuration, its shards, its parameters.
 *
 * @param run whose corpus, data set and configuration it may have been made with
 * @param newest whether the run's {@code config.yaml} should be the checkpoint's
 */
record CheckpointClaims(Store store, String directory, RunDirectory run, boolean newest) {
    static final String CHECKPOINT = "checkpoint manifest";
    static final String CONFIGURATION = "configuration";
    static final String DATA = "training data";
    static final String SHARD = "checkpoint shard";
    static final String PARAMETERS = "parameters";
    static final String TEACHER = "teacher";
    static final String TOKENIZER = "tokenizer of the checkpoint";

    private static final List<String> LATER_KEYS =
            List.of(ManifestSeal.KEY, "sources", "evaluations", "skipped_steps", "sparsity");

    private static final String OF_CHECKPOINT = "the checkpoint's";

    /** Adds them; the manifest where it can be believed. */
    Optional<CheckpointManifest> addTo(List<Claim> claims) throws IOException {
        String path = directory + "/" + CheckpointManifest.FILE;
        StoredFile file = StoredFile.read(store, path);
        if (isUnsealed(file)) {
            claims.add(Claim.unrecorded(CHECKPOINT, path, "the first version of the format had no seal"));
        } else if (!file.sealed(CHECKPOINT, claims)) {
            claims.add(Claim.unchecked(SHARD, directory, CheckpointManifest.FILE + " is not what was written"));
            return Optional.empty();
        }
        CheckpointManifest manifest;
        try {
            manifest = CheckpointManifest.load(store, directory);
        } catch (WeftException unknown) {
            claims.add(Claim.known(CHECKPOINT, path, "a manifest", unknown.getMessage()));
            claims.add(Claim.unchecked(SHARD, directory, CheckpointManifest.FILE + " cannot be read"));
            return Optional.empty();
        }
        configuration(manifest, claims);
        tokenizer(manifest, claims);
        for (Source source : manifest.sources()) {
            data(source, claims);
        }
        if (trainedOnCorpus(manifest) && manifest.sources().stream().allMatch(Source::decidesBatches)) {
            String which = run.corpus() + "/" + CorpusManifest.FILE;
            claims.add(Claim.unrecorded(DATA, which, "trained by a version that did not write its SHA-256"));
        }
        for (CheckpointManifest.Shard shard : manifest.shards()) {
            claims.add(Claim.file(SHARD, directory + "/" + shard.file(), shard.sha256()));
        }
        Measurement parameters = new Measurement.Parameters(directory);
        claims.add(Claim.measured(PARAMETERS, directory, manifest.paramsSha256(), parameters));
        return Optional.of(manifest);
    }

    /** By its version, and by nothing else in it being of a later one, which only says that it is the first. */
    private static boolean isUnsealed(StoredFile file) {
        if (file.bytes() == null) {
            return false;
        }
        try {
            JsonNode tree = Json.RECORDS.readTree(file.bytes());
            return tree.path("format_version").asInt() == 1
                    && LATER_KEYS.stream().noneMatch(tree::has);
        } catch (IOException broken) {
            return false;
        }
    }

    private static boolean trainedOnCorpus(CheckpointManifest manifest) {
        return manifest.sources().stream().anyMatch(source -> source.kind().equals(Source.CORPUS));
    }

    private void configuration(CheckpointManifest manifest, List<Claim> claims) throws IOException {
        if (!newest) {
            return; // A run may have gone on under another one.
        }
        StoredFile file = StoredFile.read(store, run.config());
        if (file.bytes() == null) {
            claims.add(Claim.unchecked(CONFIGURATION, file.path(), file.problem()));
            return;
        }
        String found;
        try {
            WeftConfig config = ConfigLoader.recorded(file.path(), new String(file.bytes(), StandardCharsets.UTF_8));
            WeftConfig recorded = ConfigLoader.recorded(directory, manifest.config());
            Map<String, String> differences = RunIdentity.differences(recorded, config);
            found = differences.isEmpty() ? OF_CHECKPOINT : differences.toString();
        } catch (WeftException invalid) {
            found = invalid.getMessage();
        }
        claims.add(Claim.known(CONFIGURATION, file.path(), OF_CHECKPOINT, found));
    }

    private void tokenizer(CheckpointManifest manifest, List<Claim> claims) throws IOException {
        if (manifest.tokenizerSha256().isEmpty()) {
            return;
        }
        String ofCorpus = run.corpus() + "/" + CorpusManifest.TOKENIZER_FILE;
        String path = store.exists(ofCorpus) ? ofCorpus : run.tokenizer();
        claims.add(
                store.exists(path)
                        ? Claim.file(TOKENIZER, path, manifest.tokenizerSha256())
                        : Claim.unchecked(TOKENIZER, path, "the run keeps none"));
    }

    private void data(Source source, List<Claim> claims) throws IOException {
        switch (source.kind()) {
            case Source.CORPUS -> claims.add(Claim.known(DATA, run.corpus(), source.sha256(), fingerprint()));
            case Source.MANIFEST ->
                claims.add(Claim.file(DATA, run.corpus() + "/" + CorpusManifest.FILE, source.sha256()));
            case Source.PROVENANCE ->
                claims.add(Claim.file(DATA, run.corpus() + "/" + CorpusManifest.PROVENANCE_FILE, source.sha256()));
            case "dataset" ->
                claims.add(
                        Claim.measured(DATA, run.dataset(), source.sha256(), new Measurement.Examples(run.dataset())));
            case Source.TEACHER ->
                claims.add(Claim.measured(
                        TEACHER, source.path(), source.sha256(), new Measurement.Teacher(source.path())));
            default -> claims.add(Claim.unchecked(DATA, source.path(), "data of a program's own"));
        }
    }

    private String fingerprint() throws IOException {
        try {
            return CorpusManifest.load(store, run.corpus()).fingerprint();
        } catch (WeftException broken) {
            return broken.getMessage();
        }
    }
}
