package org.weft.trainer.commands;

import java.io.IOException;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExamplesManifest;
import org.weft.core.storage.Store;
import org.weft.trainer.cluster.RunResult;
import org.weft.trainer.cluster.SparkApplication;
import org.weft.trainer.dataset.DatasetJob;
import org.weft.trainer.finetune.BaseModel;
import org.weft.trainer.finetune.FinetuneStart;
import org.weft.trainer.report.Progress;
import org.weft.worker.data.ExampleBatches;

/** From a pre-trained model and labelled examples to a finished run. */
final class Finetuning {
    private final SparkApplication application;
    private final WeftConfig config;
    private final BaseModel base;
    private final Progress progress;
    private final Store store;

    /**
     * @param config whose model section is the base model's
     */
    Finetuning(SparkApplication application, WeftConfig config, BaseModel base, Progress progress) {
        this.application = application;
        this.config = config;
        this.base = base;
        this.progress = progress;
        this.store = application.store();
    }

    /**
     * @param resume null to start anew, {@link TrainingRun#LATEST}, or a step
     */
    RunResult run(String resume) throws IOException {
        return new TrainingRun(application, progress).run(config.run(), resume, this::subject);
    }

    private TrainingRun.Subject subject() throws IOException {
        ExamplesManifest examples =
                new DatasetJob(application.context(), store, progress::say).run(config, base.tokenizer());
        FinetuneStart start = new FinetuneStart(store, config, base, examples);
        return new TrainingRun.Subject(
                start.config(),
                start.shape(),
                start.vocabulary(),
                start.workload(),
                validationBatches(start.config()),
                () -> start.write(progress::say));
    }

    private int validationBatches(WeftConfig complete) throws IOException {
        try (ExampleBatches batches = ExampleBatches.open(store, complete)) {
            return Math.min(batches.validationBatches(), complete.training().evalBatches());
        }
    }
}
