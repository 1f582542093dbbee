package org.weft.tuning.ml;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.tuning.dataset.SavedRows;
import org.weft.tuning.finetune.BaseModel;
import org.weft.tuning.finetune.FinetuneRun;
import org.weft.tuning.finetune.FinetuneSettings;
import org.weft.tuning.task.Task;

/** One fit: rows are written down, then fine-tuned on as {@code weft finetune --resume} does. */
final class ClassifierFit {
    private static final int NAME_DIGITS = 16;

    private final SparkApplication application;
    private final Store store;
    private final TrainingParams params;
    private final Progress progress = Progress.onStderr();

    ClassifierFit(SparkApplication application, TrainingParams params) {
        this.application = application;
        this.store = application.store();
        this.params = params;
    }

    /** The checkpoint of the best evaluation. */
    Checkpoint run(Dataset<?> rows) throws IOException {
        String directory = params.required(params.runDir(), "a directory that runs can be in: setRunDir");
        String from = params.required(params.from(), "a Hugging Face directory, a checkpoint or a run: setFrom");
        BaseModel base = BaseModel.open(store, from, progress::say);
        WeftConfig settings = config(base, List.of(TrainingParams.setting("run.dir", directory), "dataset.train=[]"));
        FinetuneSettings.require(base, settings, progress::say);
        SparkApplication committing =
                application.committing(settings.checkpoint().commit());
        if (settings.finetune().generative()) {
            throw WeftException.usage(
                    "task=" + settings.finetune().task().word() + " predicts tokens: a WeftModel could not add columns",
                    "use weft finetune, and weft generate");
        }
        if (!settings.finetune().task().head().layered()) {
            throw WeftException.usage(
                    "task=" + settings.finetune().task().word() + " gives vectors: a WeftModel could not add columns",
                    "use weft finetune, and WeftEmbedder");
        }
        SavedRows saved = SavedRows.write(committing.store(), rows, columns(settings), directory);
        String name = Sha256.hex(
                        (saved.sha256() + FinetuneSettings.fingerprint(settings)).getBytes(StandardCharsets.UTF_8))
                .substring(0, NAME_DIGITS);
        WeftConfig config = config(
                base,
                List.of(
                        TrainingParams.setting("run.dir", directory + "/fit-" + name),
                        TrainingParams.setting("run.name", params.uid()),
                        "dataset.train=[" + ConfigLoader.quoted(saved.path()) + "]",
                        "dataset.format=parquet"));
        FinetuneRun run = new FinetuneRun(committing, config, base, progress, StopSource.NONE);
        RunResult result = run.run(TrainingRun.LATEST, false);
        if (result.checkpoint() == null) {
            throw WeftException.usage(
                    "training.steps=" + config.training().steps() + " leaves no model", "train for a step or more");
        }
        return run.best(result);
    }

    private static List<String> columns(WeftConfig settings) {
        String group = settings.dataset().groupColumn();
        return Stream.concat(
                        Task.of(settings).columns().stream(),
                        group.isEmpty() ? Stream.<String>empty() : Stream.of(group))
                .distinct()
                .toList();
    }

    private WeftConfig config(BaseModel base, List<String> forced) {
        List<ConfigLoader.Source> sources = FinetuneSettings.under(base).stream()
                .map(source -> new ConfigLoader.Source("params of " + params.uid(), source.yaml()))
                .toList();
        List<String> overrides = new ArrayList<>(params.settings());
        overrides.add(TrainingParams.setting("finetune.from", base.from()));
        overrides.addAll(forced);
        return ConfigLoader.load(sources, overrides);
    }
}
