package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.privacy.SpentPrivacy;
import org.weft.corpus.FirstTaskError;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.StoredModel;
import org.weft.tuning.dataset.DatasetReader;
import org.weft.tuning.dataset.JudgedRows;
import org.weft.tuning.finetune.LossExamination;
import org.weft.tuning.finetune.TaskEvaluation;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.Interval;
import org.weft.tuning.metrics.Membership;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.task.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code membership}: whether a model's losses tell rows that it was trained on from rows that it was not. */
@Command(
        name = "membership",
        description = "Whether a model's losses tell rows that it was trained on from rows that it was not.",
        mixinStandardHelpOptions = true)
public final class MembershipCommand implements Callable<Integer> {
    private static final int BATCH = 32;

    @Mixin
    private ConfigOptions options;

    @Mixin
    private CheckpointOption path;

    @Option(
            names = "--members",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description =
                    "Labelled rows that the model was trained on, read as finetune reads them; of a model that was not"
                            + " fine-tuned rows with a text.")
    private List<String> members;

    @Option(
            names = "--non-members",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description = "Rows of the same kind, from the same source, that it was not trained on.")
    private List<String> others;

    @Override
    public Integer call() throws Exception {
        try (FileAccess files = options.openFiles()) {
            StoredModel model = path.model(files.store());
            WeftConfig config = options.over(model.config());
            LossExamination examination = LossExamination.of(model, config);
            try (SparkApplication application = SparkApplication.start(config, "membership", files.settings())
                    .showingStages(Progress.onStderr()::say)) {
                Membership membership = Membership.of(
                        losses(application, model, examination, "--members", members),
                        losses(application, model, examination, "--non-members", others));
                summary(model, membership).print();
            }
        }
        return ExitStatus.DONE.code();
    }

    /** Of each row that has one. */
    private static double[] losses(
            SparkApplication application,
            StoredModel model,
            LossExamination examination,
            String option,
            List<String> input)
            throws IOException {
        WeftConfig config = examination.config();
        Task task = Task.of(config);
        DatasetReader reader = new DatasetReader(application.context(), application.store(), task.textColumns());
        TaskEvaluation evaluation = new TaskEvaluation(application.store(), model, examination, BATCH);
        Predictions judged = FirstTaskError.ends(application.context(), () -> {
            Dataset<Row> rows = JudgedRows.given(option, reader, config.dataset(), input, task.columns());
            return evaluation.run(rows, List.of()).predictions();
        });
        double[] losses = IntStream.range(0, judged.rows())
                .filter(row -> examination.tokens(judged.row(row)) > 0)
                .mapToDouble(judged::error)
                .toArray();
        if (losses.length == 0) {
            throw WeftException.invalidData(
                    option + " " + String.join(" ", input) + ": no row has anything to predict", "give other rows");
        }
        return losses;
    }

    private Summary summary(StoredModel model, Membership membership) {
        Map<String, Interval> intervals = Bootstrap.DEFAULT.intervals(
                membership.rows(), rows -> membership.select(rows).metrics());
        ObjectNode metrics = JsonNodeFactory.instance.objectNode();
        ObjectNode between = JsonNodeFactory.instance.objectNode();
        membership.metrics().forEach((name, value) -> {
            metrics.put(name, value);
            between.putArray(name)
                    .add(intervals.get(name).low())
                    .add(intervals.get(name).high());
        });
        Summary summary = new Summary("membership")
                .put("checkpoint", model.directory())
                .put("members", membership.members())
                .put("non_members", membership.rows() - membership.members())
                .put("metrics", metrics)
                .put("intervals", between);
        SpentPrivacy spent = model.checkpoint()
                .map(checkpoint -> checkpoint.manifest().privacy())
                .orElse(null);
        if (spent != null) {
            summary.number("epsilon", spent.epsilon()).number("delta", spent.delta());
        }
        return model.paramsSha256().isEmpty() ? summary : summary.put("params_sha256", model.paramsSha256());
    }
}
