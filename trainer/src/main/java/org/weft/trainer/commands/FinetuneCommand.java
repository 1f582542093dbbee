package org.weft.trainer.commands;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.Store;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.ModelSection;
import org.weft.trainer.checkpoint.ReplicaLoader;
import org.weft.trainer.cluster.RunResult;
import org.weft.trainer.cluster.SparkApplication;
import org.weft.trainer.finetune.BaseModel;
import org.weft.trainer.report.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code finetune}: from a pre-trained model and labelled examples to a model of a task. */
@Command(
        name = "finetune",
        description = "Fine-tune a pre-trained model on labelled examples.",
        mixinStandardHelpOptions = true)
public final class FinetuneCommand implements Callable<Integer> {
    /** What is right for most fine-tuning and wrong for pre-training. */
    private static final String DEFAULTS = """
            training: {global_batch: 32, micro_batch: 8, lanes: 4, learning_rate: 5.0e-5, min_learning_rate: 0, warmup_steps: 20,
                       weight_decay: 0.01, beta2: 0.999, eval_every: 50, eval_batches: 1000000}
            checkpoint: {every: 50, keep: 3}
            """;

    private static final int BATCH = 32;

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--from",
            paramLabel = "PATH",
            description =
                    "The model to fine-tune: finetune.from. A Hugging Face directory, a checkpoint or a run's newest.")
    private String from;

    @Option(
            names = "--evaluate",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Evaluate at the end on the test rows, or validation's where there are none (default).")
    private boolean evaluate;

    @Option(
            names = "--resume",
            arity = "0..1",
            paramLabel = "STEP",
            fallbackValue = TrainingRun.LATEST,
            description = "Go on from the newest checkpoint that verifies, or from that of STEP.")
    private String resume;

    @Override
    public Integer call() throws Exception {
        TrainingRun.requireStep(resume);
        try (ConfigOptions.FileAccess files = options.openFiles()) {
            String model = from != null ? from : options.peek("finetune", "from");
            if (model.isBlank()) {
                throw WeftException.usage(
                        "no model to fine-tune: finetune.from is not set",
                        "give --from a Hugging Face directory, a checkpoint or a run directory");
            }
            BaseModel base = BaseModel.open(files.store(), model, Progress.onStderr()::say);
            WeftConfig config = config(base);
            try (SparkApplication application = SparkApplication.start(config, "finetune", files.settings())) {
                RunResult result = new Finetuning(application, config, base, Progress.onStderr()).run(resume);
                Summary summary = Summary.of("finetune", result);
                if (evaluates(config, result)) {
                    String directory = config.run().dir() + "/evaluation";
                    Checkpoint best = best(application.store(), config, result);
                    new TaskReport(application, ReplicaLoader.configOf(best), best, BATCH)
                            .write(List.of(), directory)
                            .into(summary.put("best_checkpoint", best.directory()));
                }
                summary.print();
                return (result.stopped() ? ExitStatus.TERMINATED : ExitStatus.DONE).code();
            }
        }
    }

    private boolean evaluates(WeftConfig config, RunResult result) {
        return evaluate
                && !result.stopped()
                && result.checkpoint() != null
                && !config.finetune().task().equals(FinetuneConfig.TEXT);
    }

    /** The checkpoint of the lowest validation loss; the last where that step was not saved. */
    private static Checkpoint best(Store store, WeftConfig config, RunResult result) throws IOException {
        String directory =
                config.run().checkpointsDir() + "/" + CheckpointManifest.directoryName(Math.max(0, result.bestStep()));
        return store.exists(directory + "/" + CheckpointManifest.FILE)
                ? new Checkpoint(directory, CheckpointManifest.load(store, directory))
                : result.checkpoint();
    }

    /** The user's configuration over the model's own section, over the defaults of fine-tuning. */
    private WeftConfig config(BaseModel base) {
        String section = "model: " + ModelSection.write(base.model());
        List<String> forced = from == null ? List.of() : List.of("finetune.from='" + from.replace("'", "''") + "'");
        WeftConfig config = options.loadOver(List.of(DEFAULTS, section), forced);
        if (!config.finetune().active()) {
            throw WeftException.usage(
                    "finetune.task is not set", "say what is to be learnt, such as --set finetune.task=classification");
        }
        ModelSection.require(base.from(), base.model(), config.model(), Progress.onStderr()::say);
        return config;
    }
}
