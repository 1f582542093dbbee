package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PreferenceBatch;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.engine.ModelReplica;
import org.weft.hub.StoredModel;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.PreferencePredictions;
import org.weft.tuning.task.Encoded;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Task;

/**
 * Compares how likely a model makes two answers with how likely the model that it was tuned from made them. Pairs are computed one
 * after the other. Owned by the thread that opened it; holds native memory, of two models, until closed.
 */
final class PreferenceJudge implements RowJudge {
    private final ModelReplica tuned;
    private final ModelReplica reference;
    private final Encoder encoder;
    private final WeftConfig config;
    private final Task task;

    private PreferenceJudge(ModelReplica tuned, ModelReplica reference, Encoder encoder, WeftConfig config) {
        this.tuned = tuned;
        this.reference = reference;
        this.encoder = encoder;
        this.config = config;
        this.task = Task.of(config);
    }

    /** @param config the tuned model's, but for its dataset section */
    static PreferenceJudge open(StoredModel model, ReferenceModel start, WeftConfig config) throws IOException {
        ModelReplica tuned = model.replica();
        ModelReplica reference = null;
        try {
            reference = start.replica();
            return new PreferenceJudge(tuned, reference, Encoder.open(config, model.tokenizer()), config);
        } catch (IOException | RuntimeException e) {
            tuned.close();
            if (reference != null) {
                reference.close();
            }
            throw e;
        }
    }

    @Override
    public List<Predictions.Row> judge(List<Fields> rows) {
        List<Predictions.Row> judged = new ArrayList<>();
        for (Fields row : rows) {
            Encoded encoded = task.encode(row, encoder, true);
            // Answers that nothing tells apart within dataset.max_length cost what they cost: no reward is the greater
            // one.
            judged.add(judged(encoded.example()));
        }
        return judged;
    }

    private Predictions.Row judged(Example pair) {
        Batch answers = PreferenceBatch.answers(List.of(pair));
        double[] nats = tuned.sequenceNats(answers); // (2)
        double[] before = reference.sequenceNats(answers); // (2)
        return new PreferencePredictions.Row(
                PreferenceBatch.costs(answers, nats, before, config.finetune()), nats[0] < nats[1]);
    }

    @Override
    public void close() {
        encoder.close();
        tuned.close();
        reference.close();
    }
}
