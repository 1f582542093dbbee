package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.HashedSettings;
import org.weft.core.config.WeftConfig;
import org.weft.core.scores.LanguageScores;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.trainer.sweep.FamilyMember;
import org.weft.trainer.sweep.SizeResult;
import org.weft.trainer.sweep.StudyJson;

/**
 * Trains the sizes of a family one after the other, each in a run.dir of its own under the sweep's, all on one corpus. A
 * size that is finished leaves a {@code result.json} and is not trained again; one that was stopped goes on from its
 * newest checkpoint. So a sweep that ended early is started again by the same command.
 */
final class Sweep {
    static final String RESULT = "result.json";

    private final Runs runs;
    private final WeftConfig config;
    private final Progress progress;
    private final Store store;

    /** How one size is trained and judged: Spark's part. */
    interface Runs {
        /** Trains to the configuration's last step, or goes on towards it. */
        RunResult train(WeftConfig config) throws IOException;

        LanguageScores evaluate(WeftConfig config, RunResult trained) throws IOException;
    }

    Sweep(Runs runs, WeftConfig config, Store store, Progress progress) {
        this.runs = runs;
        this.config = config;
        this.store = store;
        this.progress = progress;
    }

    /**
     * Trains what is not finished.
     *
     * @return the results in the order of the sizes; fewer where it was asked to stop
     */
    List<SizeResult> run(List<FamilyMember> sizes, CorpusManifest corpus) throws IOException {
        if (config.privacy().active()) {
            throw WeftException.usage(
                    "privacy does not go with sweep: models of several sizes would be trained under one secret",
                    "train each by pretrain, under a secret of its own");
        }
        List<SizeResult> results = new ArrayList<>();
        for (FamilyMember size : sizes) {
            progress.say(String.format(
                    Locale.ROOT,
                    "size %d of %d: %,d parameters, %d blocks of width %d",
                    results.size() + 1,
                    sizes.size(),
                    size.parameters(),
                    size.layers(),
                    size.width()));
            SizeResult result = result(size, sizes.get(0), corpus);
            if (result == null) {
                return results;
            }
            results.add(result);
        }
        return results;
    }

    /** Null where the run was asked to stop. */
    private SizeResult result(FamilyMember size, FamilyMember smallest, CorpusManifest corpus) throws IOException {
        WeftConfig sized = configOf(size, smallest);
        String fingerprint = fingerprint(sized, corpus);
        String path = sized.run().dir() + "/" + RESULT;
        if (store.exists(path)) {
            JsonNode tree = Json.MAPPER.readTree(store.readAll(path));
            if (!tree.path("fingerprint").asText().equals(fingerprint)) {
                throw WeftException.usage(
                        path + " is of another corpus, seed, or model and training settings",
                        "give the sweep another run.dir, or remove "
                                + sized.run().dir());
            }
            progress.say("finished before: " + path);
            return StudyJson.result(tree);
        }
        RunResult trained = runs.train(sized);
        if (trained.stopped()) {
            return null;
        }
        LanguageScores evaluated = runs.evaluate(sized, trained);
        long tokens = (long) sized.training().steps()
                * sized.training().globalBatch()
                * sized.model().context();
        SizeResult result = new SizeResult(size, tokens, evaluated.loss(), trained.trainMillis() / 1000);
        write(path, StudyJson.result(result, fingerprint));
        progress.say(String.format(Locale.ROOT, "loss %.4f", evaluated.loss()));
        return result;
    }

    /** The sweep's configuration at one size. Wider models want smaller steps: the root of the width, from the smallest. */
    private WeftConfig configOf(FamilyMember size, FamilyMember smallest) {
        double slower = Math.sqrt((double) smallest.width() / size.width());
        List<String> settings = new ArrayList<>(size.settings());
        settings.add("run.dir="
                + ConfigLoader.quoted(
                        config.run().directory().sweep(size.name()).path()));
        settings.add(
                "run.corpus=" + ConfigLoader.quoted(config.run().directory().corpus()));
        settings.add("run.name=" + ConfigLoader.quoted(config.run().name() + "-" + size.name()));
        settings.add("training.learning_rate=" + config.training().learningRate() * slower);
        settings.add("training.min_learning_rate=" + config.training().minLearningRate() * slower);
        return ConfigLoader.load("sweep", ConfigLoader.toYaml(config), settings);
    }

    /** Of everything that decides the result. Where it ran does not. */
    static String fingerprint(WeftConfig config, CorpusManifest corpus) {
        JsonNode sync = HashedSettings.of(config, "sync");
        JsonNode distillation = HashedSettings.of(config, "distillation");
        String decisive = HashedSettings.of(config, "model") + "\n" + HashedSettings.of(config, "training") + "\n"
                + (sync.isEmpty() ? "" : sync + "\n") + (distillation.isEmpty() ? "" : distillation + "\n")
                + config.run().seed() + "\n" + corpus.tokenizerSha256() + "\n"
                + corpus.train().tokens();
        return Sha256.hex(decisive.getBytes(StandardCharsets.UTF_8));
    }

    void write(String path, byte[] content) throws IOException {
        store.write(path, content);
    }
}
