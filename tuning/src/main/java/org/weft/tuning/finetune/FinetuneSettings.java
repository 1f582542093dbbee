package org.weft.tuning.finetune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.HashedSettings;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.AdaptedLayout;
import org.weft.core.model.ModelShape;
import org.weft.driver.checkpoint.ModelSection;
import org.weft.engine.Engines;

/** What a fine-tuning's configuration stands on, what it must have, and what decides its outcome. */
public final class FinetuneSettings {
    /** What is right for most fine-tuning and wrong for pre-training, as YAML. */
    public static final String DEFAULTS = """
            training: {global_batch: 32, micro_batch: 8, lanes: 4, learning_rate: 5.0e-5, min_learning_rate: 0, warmup_steps: 20,
                       weight_decay: 0.01, beta2: 0.999, eval_every: 50, eval_batches: 1000000}
            checkpoint: {every: 50, keep: 3}
            """;

    private static final List<String> DECISIVE =
            List.of("model", "training", "dataset", "finetune", "sync", "distillation", "privacy");

    private FinetuneSettings() {}

    /** Under what the user says: the defaults, and the model section of what is fine-tuned. */
    public static List<ConfigLoader.Source> under(BaseModel base) {
        return List.of(
                new ConfigLoader.Source("defaults", DEFAULTS),
                new ConfigLoader.Source(base.from(), "model: " + ModelSection.write(base.model())));
    }

    /**
     * Fails where a configuration fine-tunes nothing, another model than the one it starts from, or layers that are not there.
     *
     * @param notices told of differences from the model that are allowed, and of settings that change nothing
     */
    public static void require(BaseModel base, WeftConfig config, Consumer<String> notices) {
        if (!config.finetune().active()) {
            throw WeftException.usage(
                    "finetune.task is not set", "say what is to be learnt, such as --set finetune.task=classification");
        }
        if (config.cluster().streamed()) {
            throw WeftException.usage("cluster.residency=streamed is of pre-training", "set cluster.residency=whole");
        }
        ModelSection.require(base.from(), base.model(), config.model(), notices);
        FinetuneConfig tuning = config.finetune();
        boolean beside = tuning.task() == TaskName.PREFERENCE || tuning.task() == TaskName.EMBEDDING;
        if (beside && !config.cluster().engine().equals(Engines.TORCH)) {
            throw WeftException.usage(
                    "finetune.task=" + tuning.task().word() + " with cluster.engine="
                            + config.cluster().engine() + ", which predicts tokens alone",
                    "use cluster.engine=" + Engines.TORCH);
        }
        if (tuning.lora()) {
            AdaptedLayout.requireAdapters(
                    new ModelShape(config.model(), base.vocabSize(), Adaptation.NONE),
                    new Adaptation.Lora(tuning.loraRank(), tuning.loraAlpha(), tuning.loraTargets()));
        }
        requireLearning(base, config);
        UnusedSettings.of(config).forEach(notices);
    }

    /** A head that has layers learns whatever is frozen; where there is none, freezing may leave nothing. */
    private static void requireLearning(BaseModel base, WeftConfig config) {
        FinetuneConfig tuning = config.finetune();
        if (tuning.task().head().layered()) {
            return;
        }
        if (tuning.task() == TaskName.EMBEDDING
                && config.dataset().negativeColumn().isEmpty()
                && config.training().microBatch() == 1) {
            throw WeftException.usage(
                    "training.micro_batch=1 without dataset.negative_column: no text stands beside an anchor that is not its"
                            + " own, so that nothing is learnt",
                    "take training.micro_batch=2 or more, or give a column of negatives");
        }
        ModelShape shape = new ModelShape(config.model(), base.vocabSize(), Adaptation.of(config, List.of()));
        if (shape.adapted().learned().size() == 0) {
            throw WeftException.usage(
                    "finetune.frozen_layers=" + tuning.frozenLayers() + " leaves nothing that learns: finetune.task="
                            + tuning.task().word() + " has no head",
                    "let blocks learn, such as finetune.frozen_layers="
                            + Math.max(0, config.model().blocks() / 2));
        }
    }

    /** SHA-256 of the settings that decide what is learnt, in hexadecimal: neither where the run is nor on how many machines. */
    public static String fingerprint(WeftConfig config) {
        ObjectNode decisive = JsonNodeFactory.instance.objectNode();
        for (String section : DECISIVE) {
            JsonNode keys = HashedSettings.of(config, section);
            if (!keys.isEmpty()) {
                decisive.set(section, keys);
            }
        }
        decisive.put("seed", config.run().seed());
        return Sha256.hex(decisive.toString().getBytes(StandardCharsets.UTF_8));
    }
}
