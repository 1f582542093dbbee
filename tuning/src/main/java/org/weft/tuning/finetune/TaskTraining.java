package org.weft.tuning.finetune;

import java.io.IOException;
import org.weft.core.batches.Batch;
import org.weft.core.batches.BatchSource;
import org.weft.core.batches.ExampleBatches;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.Engines;
import org.weft.engine.ModelReplica;
import org.weft.engine.Replica;
import org.weft.engine.Workload;
import org.weft.hub.TeacherModel;
import org.weft.tuning.task.Encoder;

/**
 * Fine-tuning: a pre-trained Transformer that learns a task, on encoded examples. Parameters that do not learn are read by
 * each worker from the run's directory and never travel.
 *
 * @param tokensPerExample on the average
 * @param store where the run is
 * @param teacher that is learnt from, too; null for none
 */
record TaskTraining(WeftConfig config, ModelShape shape, double tokensPerExample, Store store, TeacherModel teacher)
        implements Workload<Batch> {
    private static final long serialVersionUID = 1L;

    @Override
    public ParameterLayout layout() {
        return shape.layout();
    }

    @Override
    public Replica<Batch> open(String device) throws IOException {
        ModelReplica replica = Engines.open(config, shape, device);
        try {
            ReplicaLoader.loadFrozen(store, replica, config.run().directory());
            if (teacher != null) {
                teacher.teach(replica, config, device);
            }
            return judging(replica);
        } catch (IOException | RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    private Replica<Batch> judging(ModelReplica replica) throws IOException {
        if (config.finetune().judgesTexts()) {
            return new AnsweringReplica(replica, answers(replica));
        }
        boolean windows =
                config.finetune().task() == TaskName.QA && config.dataset().docStride() > 0;
        return windows
                ? new PassageReplica(
                        replica,
                        config.dataset().mayHaveNoAnswer(),
                        config.training().microBatch())
                : replica;
    }

    private GeneratedAnswers answers(ModelReplica replica) throws IOException {
        String path = config.run().directory().tokenizer();
        TokenizerFile tokenizer = TokenizerFile.at(store, store.readAll(path), path);
        return new GeneratedAnswers(
                replica,
                Encoder.open(config, tokenizer),
                config,
                config.training().microBatch());
    }

    @Override
    public BatchSource<Batch> batches() throws IOException {
        return ExampleBatches.open(store, config);
    }

    @Override
    public double tokensPerStep() {
        return tokensPerExample * config.training().globalBatch();
    }

    @Override
    public double flopsPerToken() {
        return shape.flopsPerToken() + (teacher == null ? 0 : teacher.flopsPerToken());
    }
}
