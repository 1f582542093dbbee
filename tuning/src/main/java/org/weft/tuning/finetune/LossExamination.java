package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.metrics.LanguagePredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.task.Encoded;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Task;

/**
 * What each row costs a model by its own task, computed by itself, without dropout; of a model that was not fine-tuned, what its text does.
 *
 * @param config the model's, but for its dataset section
 */
public record LossExamination(WeftConfig config) implements Examination.OfOwnTask {
    private static final long serialVersionUID = 1L;

    /**
     * Of a model.
     *
     * @param rows whose section dataset says what columns are called
     * @throws WeftException where a row has no loss of its own
     */
    public static LossExamination of(StoredModel model, WeftConfig rows) {
        WeftConfig config = TaskModel.config(model, rows);
        TaskName task = config.finetune().task();
        if (task == TaskName.EMBEDDING || task == TaskName.PREFERENCE) {
            throw WeftException.usage(
                    model.directory() + " was tuned by finetune.task=" + task.word()
                            + ": a row's loss depends on other rows, or on another model",
                    "give a model whose rows have a loss of their own");
        }
        if (!config.finetune().active()) {
            if (!config.model().continuesText()) {
                throw WeftException.usage(
                        model.directory() + " gives a text no likelihood: model.architecture="
                                + config.model().architecture(),
                        "give a model that predicts the next token, or a fine-tuned one");
            }
            config = config.withFinetune(Records.with(config.finetune(), "task", TaskName.TEXT));
        }
        return new LossExamination(config);
    }

    @Override
    public int numbers() {
        return 2;
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return LanguagePredictions.of(Predictions.rows(judged, LanguagePredictions.Row.class));
    }

    /** How many things a row was asked for; of none it has no loss. */
    public long tokens(Predictions.Row row) {
        return ((LanguagePredictions.Row) row).tokens();
    }

    @Override
    public RowJudge open(StoredModel model, int batch) throws IOException {
        Encoder encoder = Encoder.open(config, model.tokenizer());
        try {
            ReplicaOptions options = ReplicaOptions.cpu(config.cluster().threads());
            return new Judge(
                    model.replica(options),
                    encoder,
                    Task.of(config),
                    config.model().tellsSegments());
        } catch (IOException | RuntimeException e) {
            encoder.close();
            throw e;
        }
    }

    /** One row after the other: what stands beside a row is not to show in its loss. */
    private record Judge(ModelReplica replica, Encoder encoder, Task task, boolean tokenTypes) implements RowJudge {
        @Override
        public List<Predictions.Row> judge(List<Fields> rows) {
            List<Predictions.Row> judged = new ArrayList<>();
            for (Fields row : rows) {
                double nats = 0;
                long targets = 0;
                for (Encoded part : task.encodeAll(row, encoder, true)) {
                    if (!part.leftOut()) {
                        Batch one = PaddedBatch.of(List.of(part.example()), tokenTypes);
                        nats += replica.loss(one);
                        targets += one.targetCount();
                    }
                }
                judged.add(new LanguagePredictions.Row(nats, targets, 0));
            }
            return judged;
        }

        @Override
        public void close() {
            encoder.close();
            replica.close();
        }
    }
}
