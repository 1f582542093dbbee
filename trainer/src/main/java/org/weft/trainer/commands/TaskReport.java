package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.FirstTaskError;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.progress.Progress;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.sampling.BeamOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.dataset.DatasetReader;
import org.weft.tuning.dataset.JudgedRows;
import org.weft.tuning.finetune.Examination;
import org.weft.tuning.finetune.Explaining;
import org.weft.tuning.finetune.TaskEvaluation;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.SmallSample;
import org.weft.tuning.report.EvaluationData;
import org.weft.tuning.report.EvaluationJson;
import org.weft.tuning.report.EvaluationPage;
import org.weft.tuning.report.EvaluationReport;
import org.weft.tuning.report.TrainingCurve;
import org.weft.tuning.task.Encoder;

/** The evaluation of a model on rows, written down: what evaluate and finetune have in common. */
final class TaskReport {
    private static final String RESULTS = "results.json";
    private static final String PAGE = "report.html";
    private static final int BATCH = 32;

    private final SparkApplication application;
    private final WeftConfig config;
    private final StoredModel model;
    private final int batch;
    private final Store store;
    private final Explaining explaining; // null where nobody asks why

    TaskReport(SparkApplication application, WeftConfig config, StoredModel model, int batch) {
        this(application, config, model, batch, null);
    }

    private TaskReport(
            SparkApplication application, WeftConfig config, StoredModel model, int batch, Explaining explaining) {
        this.application = application;
        this.config = config;
        this.model = model;
        this.batch = batch;
        this.store = application.store();
        this.explaining = explaining;
    }

    /** The same, which says why of the worst rows of a fine-tuned model; null for not. */
    TaskReport explaining(Explaining how) {
        return new TaskReport(application, config, model, batch, how);
    }

    /** Of a checkpoint of a run that has just been tuned, on the same executors. */
    static TaskReport ofRun(SparkApplication application, Checkpoint checkpoint) throws IOException {
        WeftConfig config = ReplicaLoader.configOf(checkpoint);
        return new TaskReport(application, config, StoredModel.of(application.store(), checkpoint), together(config));
    }

    /**
     * Rows that are computed together by executors that were sized for training: of pairs, whose answers two models compute, no more
     * than a micro-batch has.
     */
    static int together(WeftConfig config) {
        boolean pairs = config.finetune().task() == TaskName.PREFERENCE;
        return pairs ? Math.min(BATCH, config.training().microBatch()) : BATCH;
    }

    /** What was found, and where it stands. */
    record Written(StoredModel model, EvaluationReport report, String directory) {
        Summary summary(String command) {
            Summary summary = new Summary(command).put("checkpoint", model.directory());
            model.checkpoint()
                    .ifPresent(checkpoint ->
                            summary.put("step", checkpoint.manifest().step()));
            into(summary);
            return model.paramsSha256().isEmpty() ? summary : summary.put("params_sha256", model.paramsSha256());
        }

        /** Adds the metrics. */
        Summary into(Summary summary) {
            summary.put("rows", report.data().predictions().rows()).put("metrics", finite(report.metrics()));
            if (report.fairness() != null) {
                summary.put("gaps", finite(report.fairness().gaps()));
            }
            return summary.put("report", directory + "/" + PAGE);
        }

        private static ObjectNode finite(Map<String, Double> values) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            values.forEach((name, value) -> {
                if (Double.isFinite(value)) {
                    node.put(name, value);
                }
            });
            return node;
        }
    }

    /**
     * Evaluates a fine-tuned model's task and writes {@code results.json} and {@code report.html}.
     *
     * @param input labelled rows; empty for the configured test or validation rows
     */
    Written write(List<String> input, String directory) throws IOException {
        return write(input, directory, BeamOptions.NONE);
    }

    /** The same of the configured rows at a training's end: a sample of them where all are more than can be compared. */
    Written writeTrained(String directory) throws IOException {
        return write(List.of(), directory, BeamOptions.NONE, true);
    }

    /** The same; a model that answers does so by a search. */
    Written write(List<String> input, String directory, BeamOptions beams) throws IOException {
        return write(input, directory, beams, false);
    }

    private Written write(List<String> input, String directory, BeamOptions beams, boolean sampling)
            throws IOException {
        FinetuneConfig tuned = model.config().finetune();
        Examination task = tuned.task() == TaskName.PREFERENCE
                ? Examination.ofPairs(store, model, config, Progress.onStderr()::say)
                : Examination.ofTask(model, config, beams);
        Encoder.strideTaken(task.config()).ifPresent(Progress.onStderr()::say);
        TaskEvaluation evaluation = new TaskEvaluation(store, model, task, batch).explaining(explaining);
        return write(
                sampling ? evaluation.sampling(Progress.onStderr()::say) : evaluation,
                () -> JudgedRows.read(application.context(), store, config, input),
                directory);
    }

    /** The same of a language model that chooses among answers. */
    Written writeChoices(List<String> input, String directory) throws IOException {
        Examination choices = Examination.ofChoices(model, config);
        DatasetConfig dataset = config.dataset();
        DatasetReader reader = new DatasetReader(application.context(), store, List.of(dataset.promptColumn()));
        return write(
                new TaskEvaluation(store, model, choices, batch),
                () -> JudgedRows.given(reader, dataset, input, choices.columns()),
                directory);
    }

    private Written write(TaskEvaluation evaluation, FirstTaskError.Work<Dataset<Row>> rows, String directory)
            throws IOException {
        EvaluationData data = FirstTaskError.ends(application.context(), () -> evaluation.run(rows.run(), training()));
        SmallSample.warning("the evaluation", data.predictions().rows()).ifPresent(Progress.onStderr()::say);
        EvaluationReport report = EvaluationReport.of(data, Bootstrap.DEFAULT, evaluation.positive());
        report.notices().forEach(notice -> Progress.onStderr().say("warning: " + notice));
        store.write(directory + "/" + RESULTS, EvaluationJson.results(report));
        store.write(directory + "/" + PAGE, new EvaluationPage(report).render().getBytes(StandardCharsets.UTF_8));
        return new Written(model, report, directory);
    }

    private List<TrainingCurve> training() throws IOException {
        if (model.checkpoint().isEmpty()) {
            return List.of();
        }
        String log = model.checkpoint().get().run().metrics();
        return store.exists(log) ? TrainingCurve.ofMetricsLog(store.readAll(log)) : List.of();
    }
}
