package org.weft.trainer.commands;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.tuning.dataset.DatasetJob;
import org.weft.tuning.finetune.BaseModel;
import org.weft.tuning.finetune.FinetuneRun;
import org.weft.tuning.finetune.FinetuneSettings;
import org.weft.tuning.metrics.FoldSummary;

/**
 * Fine-tuning once for each fold of the training rows, one after another in one Spark application; each model is judged on
 * the fold that it has not seen.
 */
final class CrossValidation {

    private final SparkApplication application;
    private final BaseModel base;
    private final Progress progress;
    private final Store store;
    private final List<FoldResult> finished = new ArrayList<>();
    private int folds;

    CrossValidation(SparkApplication application, BaseModel base, Progress progress) {
        this.application = application;
        this.base = base;
        this.progress = progress;
        this.store = application.store();
    }

    /**
     * Runs the folds that are not finished.
     *
     * @param runs a configuration a fold, in order
     * @param resume null to start anew, or {@link TrainingRun#LATEST}
     * @return false where it was asked to end early
     */
    boolean run(List<WeftConfig> runs, String resume) throws IOException {
        folds = runs.size();
        Map<WeftConfig, FoldResult> before = finished(runs, resume);
        for (WeftConfig config : runs) {
            FoldResult result = before.get(config);
            if (result == null) {
                progress.say(name(config) + " of " + folds);
                result = train(config, resume);
            } else {
                requireSame(result, config);
                progress.say(name(config) + " of " + folds + " is finished");
            }
            if (result == null) {
                return false;
            }
            finished.add(result);
        }
        return true;
    }

    /** The folds that are finished; of the others the rows are looked at before the first of them is trained. */
    private Map<WeftConfig, FoldResult> finished(List<WeftConfig> runs, String resume) throws IOException {
        Map<WeftConfig, FoldResult> before = new HashMap<>();
        DatasetJob rows = new DatasetJob(application.context(), store, line -> {});
        for (WeftConfig config : runs) {
            FoldResult result =
                    resume == null ? null : FoldResult.in(store, config.run().dir());
            if (result == null) {
                rows.check(base.withChatTemplate(store, config, line -> {}));
            } else {
                before.put(config, result);
            }
        }
        return before;
    }

    private static String name(WeftConfig config) {
        return "fold " + config.dataset().fold();
    }

    private static void requireSame(FoldResult result, WeftConfig config) {
        if (!result.settings().equals(FinetuneSettings.fingerprint(config))) {
            throw WeftException.usage(
                    config.run().dir() + " was finished with other settings than are configured now",
                    "put the model, training, dataset and finetune sections back, or take another run.dir");
        }
    }

    /** Null where it was asked to end early. */
    private FoldResult train(WeftConfig config, String resume) throws IOException {
        FinetuneRun run = new FinetuneRun(application, config, base, progress, StopSource.SIGNALS);
        RunResult result = run.run(resume, true);
        if (result.stopped()) {
            return null;
        }
        if (result.checkpoint() == null) {
            throw WeftException.usage(
                    name(config) + " has no checkpoint to judge: training.steps="
                            + config.training().steps(),
                    "train for a step or more");
        }
        Checkpoint best = run.best(result);
        TaskReport.Written written = TaskReport.ofRun(application, best)
                .writeTrained(config.run().directory().evaluation());
        FoldResult fold = new FoldResult(
                config.dataset().fold(),
                FinetuneSettings.fingerprint(config),
                best.directory(),
                best.manifest().paramsSha256(),
                written.report().data().predictions().rows(),
                written.report().metrics());
        fold.save(store, config.run().dir());
        return fold;
    }

    /**
     * What the metrics come to; written to {@code run.dir/folds.json} once all folds are finished.
     *
     * @param config of the whole
     */
    Summary summary(WeftConfig config) throws IOException {
        Summary summary = new Summary("finetune").put("folds", folds).put("finished", finished.size());
        if (finished.size() < folds) {
            return summary.put("stopped", "asked to end before the last fold; --resume goes on");
        }
        ObjectNode metrics = JsonNodeFactory.instance.objectNode();
        FoldSummary.of(finished.stream().map(FoldResult::metrics).toList()).forEach((name, value) -> {
            if (Double.isFinite(value.mean())) {
                metrics.putObject(name).put("mean", value.mean()).put("standard_deviation", value.standardDeviation());
            }
        });
        String path = config.run().directory().folds();
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.put("task", config.finetune().task().word()).put("folds", folds).set("metrics", metrics);
        ArrayNode runs = whole.putArray("runs");
        finished.forEach(fold -> runs.add(fold.json()));
        store.write(path, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(whole));
        return summary.put("rows", finished.stream().mapToLong(FoldResult::rows).sum())
                .put("metrics", metrics)
                .put("results", path);
    }
}
