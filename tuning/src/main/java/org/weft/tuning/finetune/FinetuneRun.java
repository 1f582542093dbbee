package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.weft.core.WeftException;
import org.weft.core.batches.ExampleBatches;
import org.weft.core.batches.ValidationPart;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.plan.MemoryModel;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.Subject;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Engines;
import org.weft.hub.TeacherModel;
import org.weft.tuning.dataset.DatasetJob;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Groups;
import org.weft.tuning.task.Labels;
import org.weft.tuning.task.Task;

/** From a pre-trained model and labelled examples to a finished run. For one thread. */
public final class FinetuneRun {
    private final SparkApplication application;
    private final WeftConfig config;
    private final BaseModel base;
    private final Progress progress;
    private final StopSource stops;
    private final Store store;

    /**
     * @param config whose model section is the base model's, as {@link FinetuneSettings#require} checks
     * @param stops who may ask the run to end early
     */
    public FinetuneRun(
            SparkApplication application, WeftConfig config, BaseModel base, Progress progress, StopSource stops)
            throws IOException {
        this.application = application;
        WeftConfig templated = base.withChatTemplate(application.store(), config, progress::say);
        this.config = base.withPooling(application.store(), templated, progress::say);
        this.base = base;
        this.progress = progress;
        this.stops = stops;
        this.store = application.store();
    }

    /**
     * Encodes the examples where that is not done yet, and trains.
     *
     * @param resume null to start anew, {@link TrainingRun#LATEST}, or a step
     * @param judged whether the model is to be evaluated at the end: what would keep it from that is told first
     * @throws WeftException where rows, model or cluster cannot be used, before anything is trained
     */
    public RunResult run(String resume, boolean judged) throws IOException {
        return new TrainingRun(application, progress, stops).run(config.run(), resume, () -> subject(judged));
    }

    /** The checkpoint of the best evaluation of those steps that have one; the last where none was evaluated. */
    public Checkpoint best(RunResult result) throws IOException {
        if (result.bestSaved() == BestStep.NONE) {
            return result.checkpoint();
        }
        String directory = config.run().directory().step(result.bestSaved());
        if (result.bestSaved() != result.bestStep()) {
            progress.say("step " + result.bestStep()
                    + " was evaluated best, but has no checkpoint: taking the best that has, " + directory);
        }
        return new Checkpoint(directory, CheckpointManifest.load(store, directory));
    }

    private Subject subject(boolean judged) throws IOException {
        int evalEvery = config.training().evalEvery();
        if (evalEvery % config.checkpoint().every() != 0) {
            progress.say("training.eval_every=" + evalEvery + " is no multiple of checkpoint.every="
                    + config.checkpoint().every() + ": the best is looked for among the steps that are saved");
        }
        if (config.finetune().task() == TaskName.QA) {
            Encoder.docStride(config); // what is wrong with it needs no row to tell
        }
        Optional<TeacherModel> teacher = TeacherModel.of(store, config, progress::say);
        ExamplesManifest examples =
                new DatasetJob(application.context(), store, progress::say).run(config, base.tokenizer());
        if (judged) {
            requireJudgeable(examples);
        }
        FinetuneStart start = new FinetuneStart(store, config, base, examples);
        Engines.require(start.config(), start.shape());
        if (teacher.isPresent()) {
            teacher.get().require(start.config(), start.shape(), base.tokenizer(), Encoder.maxLength(config));
        }
        List<CheckpointManifest.Source> sources = new ArrayList<>();
        sources.add(new CheckpointManifest.Source(
                "dataset", config.run().directory().dataset(), examples.fingerprint()));
        teacher.map(TeacherModel::source).ifPresent(sources::add);
        boolean pairs = config.finetune().task() == TaskName.PREFERENCE;
        ReferenceJob reference =
                new ReferenceJob(application.context(), store, start.config(), start.shape(), progress::say);
        if (pairs) {
            reference.requireSame();
        }
        GradientPrivacy privacy =
                GradientPrivacy.of(start.config(), examples.train().examples(), store);
        return new Subject(
                Subject.name(start.shape()),
                new RunIdentity(start.config(), start.shape().layout(), start.vocabulary(), sources, privacy),
                start.workload(teacher.orElse(null)),
                Optional.of(new MemoryModel(
                        start.shape(),
                        start.config(),
                        teacher.map(TeacherModel::shape).orElse(null))),
                ValidationPart.whole(ExampleBatches.validationBatches(store, start.config())),
                () -> {
                    Checkpoint first = start.write(progress::say);
                    if (pairs) {
                        reference.run(first);
                    }
                    return first;
                });
    }

    private void requireJudgeable(ExamplesManifest examples) {
        Task.of(config, Labels.of(examples.labels())).requireJudgeable();
        TaskName task = config.finetune().task();
        if (task == TaskName.CLASSIFICATION || task == TaskName.MULTILABEL) {
            Groups.positive(config.dataset(), examples.labels());
        }
        if (config.dataset().test().isEmpty() && examples.validation().examples() == 0) {
            throw WeftException.usage(
                    "no row to evaluate on: dataset.test and dataset.validation are empty, dataset.validation_fraction="
                            + config.dataset().validationFraction(),
                    "give one of them, or train without an evaluation: --no-evaluate");
        }
    }
}
