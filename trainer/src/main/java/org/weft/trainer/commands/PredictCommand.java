package org.weft.trainer.commands;

import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.sampling.BeamOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.finetune.ExplanationSteps;
import org.weft.tuning.finetune.PredictionJob;
import org.weft.tuning.finetune.TaskModel;
import org.weft.tuning.task.Encoder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code predict}: labels, values, tags, spans or generated answers for any rows, on the executors. */
@Command(
        name = "predict",
        description = "Predict with a fine-tuned model: input rows with what the model says of them.",
        mixinStandardHelpOptions = true)
public final class PredictCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Mixin
    private CheckpointOption path;

    @Mixin
    private RowsOption rows;

    @Mixin
    private BeamFlags beams;

    @Option(
            names = "--explain",
            description =
                    "Add how much each token has to do with what is said of the row: integrated gradients, and attention"
                            + " rollout. Of classification, multilabel and regression.")
    private boolean explain;

    @Option(
            names = "--explain-steps",
            paramLabel = "N",
            description =
                    "With --explain: points of the integral, whatever they miss. If not given 50, and more until attributions are"
                            + " complete to 0.001.")
    private Integer steps;

    @Override
    public Integer call() throws Exception {
        try (FileAccess files = options.openFiles()) {
            rows.requireFormats();
            requireSteps();
            BeamOptions search = beams.options(List.of("--explain"));
            StoredModel model = path.model(files.store());
            PredictionJob.requireTask(model);
            if (search.searches() && !PredictionJob.answers(model.config())) {
                throw WeftException.usage(
                        "--beams: " + model.directory() + " generates no text",
                        "it is for models that were tuned on instructions");
            }
            rows.requireNew(files.store());
            WeftConfig config = options.over(model.config());
            Encoder.strideTaken(TaskModel.config(model, config)).ifPresent(Progress.onStderr()::say);
            try (SparkApplication application = SparkApplication.start(config, "predict", files.settings())
                    .showingStages(Progress.onStderr()::say)) {
                PredictionJob job = explain
                        ? PredictionJob.explaining(model, config, rows.batch(), ExplanationSteps.of(steps))
                        : PredictionJob.searching(model, config, rows.batch(), search);
                rows.run(application, model, job, "predict").print();
            }
            return ExitStatus.DONE.code();
        }
    }

    private void requireSteps() {
        if (steps != null && !explain) {
            throw WeftException.usage(
                    "--explain-steps changes nothing without --explain", "add --explain, or leave it out");
        }
        ExplainOption.requireSteps(steps);
    }
}
