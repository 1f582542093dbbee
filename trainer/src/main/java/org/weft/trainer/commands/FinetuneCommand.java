package org.weft.trainer.commands;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Engines;
import org.weft.hub.TeacherModel;
import org.weft.tuning.finetune.BaseModel;
import org.weft.tuning.finetune.FinetuneRun;
import org.weft.tuning.finetune.FinetuneSettings;
import org.weft.tuning.task.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code finetune}: from a pre-trained model and labelled examples to a model of a task. */
@Command(
        name = "finetune",
        description = "Fine-tune a pre-trained model on labelled examples.",
        mixinStandardHelpOptions = true)
public final class FinetuneCommand implements Callable<Integer> {
    private final Progress progress = Progress.onStderr();

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--from",
            paramLabel = "PATH",
            description =
                    "The model to fine-tune: finetune.from. A Hugging Face directory, a checkpoint or a run's newest.")
    private String from;

    @Option(
            names = "--teacher",
            paramLabel = "PATH",
            description = "A model to learn from beside the rows: distillation.teacher. A Hugging Face directory, a "
                    + "checkpoint or a run's newest, of the same task, labels and tokenizer.")
    private String teacher;

    @Option(
            names = "--evaluate",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Evaluate at the end on the test rows, or validation's where there are none (default).")
    private boolean evaluate;

    @Mixin
    private RequireOption require;

    @Mixin
    private ExplainOption explain;

    @Option(
            names = "--folds",
            paramLabel = "K",
            description =
                    "Cross-validation: K runs under run.dir/fold-0 and so on, each judged on a part of dataset.train "
                            + "that it has not seen, and what the metrics come to over them.")
    private int folds;

    @Option(
            names = "--resume",
            arity = "0..1",
            paramLabel = "STEP",
            fallbackValue = TrainingRun.LATEST,
            description =
                    "Go on from the newest checkpoint that verifies, or from that of STEP. With --folds, without STEP: "
                            + "go on with the folds that are not finished.")
    private String resume;

    @Override
    public Integer call() throws Exception {
        TrainingRun.requireStep(resume);
        explain.require();
        try (FileAccess files = options.openFiles()) {
            String model = from != null ? from : options.peek("finetune", "from");
            if (model.isBlank()) {
                throw WeftException.usage(
                        "no model to fine-tune: finetune.from is not set",
                        "give --from a Hugging Face directory, a checkpoint or a run directory");
            }
            BaseModel base = BaseModel.open(files.store(), model, progress::say);
            WeftConfig config = config(base, List.of());
            FinetuneSettings.require(base, config, progress::say);
            requireUse(config);
            List<WeftConfig> runs = folds == 0 ? List.of() : folded(base, config);
            ModelShape taught = TeacherModel.shapeOf(files.store(), config).orElse(null);
            try (SparkApplication application = SparkApplication.start(config, "finetune", files.settings(), taught)
                    .showingStages(progress::say)) {
                return folds == 0 ? one(application, base, config) : crossValidation(application, base, config, runs);
            }
        }
    }

    private int one(SparkApplication application, BaseModel base, WeftConfig config) throws IOException {
        FinetuneRun run = new FinetuneRun(application, config, base, progress, StopSource.SIGNALS);
        RunResult result = run.run(resume, judges(config));
        Summary summary = Summary.of("finetune", result);
        if (!evaluates(config, result)) {
            summary.print();
            requireNothing(result);
        } else {
            String directory = config.run().directory().evaluation();
            Checkpoint best = run.best(result);
            TaskReport.Written written = TaskReport.ofRun(application, best)
                    .explaining(explain.how())
                    .writeTrained(directory);
            written.into(summary.put("best_checkpoint", best.directory())).print();
            require.check(config, written);
        }
        return (result.stopped() ? ExitStatus.TERMINATED : ExitStatus.DONE).code();
    }

    private void requireUse(WeftConfig config) {
        if (!judges(config)) {
            String unjudged =
                    evaluate ? "finetune.task=" + config.finetune().task().word() : "--no-evaluate";
            require.refuseBeside(unjudged);
            explain.refuseBeside(unjudged);
        }
        if (folds != 0) {
            require.refuseBeside("--folds, of which each has results of its own");
            explain.refuseBeside("--folds, of which each has results of its own");
        }
        explain.requireTask(config.run().dir(), config);
        require.of(config);
    }

    /** A gate does not open where nothing was judged. */
    private void requireNothing(RunResult result) {
        if (require.isGiven() && !result.stopped()) {
            throw WeftException.invalidData(
                    "--require is not met: there is no checkpoint to judge", "train for a step or more");
        }
    }

    private boolean evaluates(WeftConfig config, RunResult result) {
        return judges(config) && !result.stopped() && result.checkpoint() != null;
    }

    private boolean judges(WeftConfig config) {
        return evaluate && Task.of(config).judged();
    }

    private int crossValidation(SparkApplication application, BaseModel base, WeftConfig config, List<WeftConfig> runs)
            throws IOException {
        CrossValidation validation = new CrossValidation(application, base, progress);
        boolean finished = validation.run(runs, resume);
        validation.summary(config).print();
        return (finished ? ExitStatus.DONE : ExitStatus.TERMINATED).code();
    }

    /** One configuration a fold. */
    private List<WeftConfig> folded(BaseModel base, WeftConfig config) {
        if (folds < 2) {
            throw WeftException.usage("--folds " + folds + " must be at least 2", "leave it out for one run");
        }
        if (!judges(config)) {
            throw WeftException.usage(
                    evaluate
                            ? "--folds with finetune.task="
                                    + config.finetune().task().word() + ": there are no metrics"
                            : "--folds with --no-evaluate",
                    "folds are there to be evaluated: leave --folds out");
        }
        if (resume != null && !resume.equals(TrainingRun.LATEST)) {
            throw WeftException.usage(
                    "--resume " + resume + " with --folds: each fold has its own steps", "give --resume alone");
        }
        List<WeftConfig> runs = new ArrayList<>();
        for (int fold = 0; fold < folds; fold++) {
            runs.add(config(
                    base,
                    List.of(
                            "run.dir="
                                    + ConfigLoader.quoted(
                                            config.run().directory().fold(fold).path()),
                            "dataset.folds=" + folds,
                            "dataset.fold=" + fold,
                            "dataset.test=[]")));
        }
        return runs;
    }

    /** The user's configuration over the model's own section, over the defaults of fine-tuning. */
    private WeftConfig config(BaseModel base, List<String> more) {
        List<String> forced = new ArrayList<>(more);
        forced.addAll(ConfigOptions.setting("finetune.from", from));
        forced.addAll(ConfigOptions.setting("distillation.teacher", teacher));
        WeftConfig config = options.loadOver(FinetuneSettings.under(base), forced);
        Engines.require(config.cluster().engine());
        return config;
    }
}
