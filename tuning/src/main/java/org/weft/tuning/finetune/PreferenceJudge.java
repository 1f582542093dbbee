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
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Task;

/**
 * Compares how likely a model makes two answers with how likely the model that it was tuned from made them. Pairs of about one
 * length are computed together. Owned by the thread that opened it; holds native memory, of two models, until closed.
 */
final class PreferenceJudge implements RowJudge {
    private final ModelReplica tuned;
    private final ModelReplica reference;
    private final Encoder encoder;
    private final WeftConfig config;
    private final Task task;
    private final int batch;

    private PreferenceJudge(ModelReplica tuned, ModelReplica reference, Encoder encoder, WeftConfig config, int batch) {
        this.tuned = tuned;
        this.reference = reference;
        this.encoder = encoder;
        this.config = config;
        this.task = Task.of(config);
        this.batch = batch;
    }

    /**
     * @param config the tuned model's, but for its dataset section
     * @param batch pairs that are computed together
     */
    static PreferenceJudge open(StoredModel model, ReferenceModel start, WeftConfig config, int batch)
            throws IOException {
        ModelReplica tuned = model.replica();
        ModelReplica reference = null;
        try {
            reference = start.replica();
            return new PreferenceJudge(tuned, reference, Encoder.open(config, model.tokenizer()), config, batch);
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
        List<Example> pairs = rows.stream()
                .map(row -> task.encode(row, encoder, true).example())
                .toList();
        double[][] nats = PairNats.of(tuned, pairs, batch); // (N, 2)
        double[][] before = PairNats.of(reference, pairs, batch); // (N, 2)
        List<Predictions.Row> judged = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            // Answers that nothing tells apart within dataset.max_length cost what they cost: no reward is the greater
            // one.
            Batch answers = PreferenceBatch.answers(List.of(pairs.get(i)));
            judged.add(new PreferencePredictions.Row(
                    PreferenceBatch.costs(answers, nats[i], before[i], config.finetune()), nats[i][0] < nats[i][1]));
        }
        return judged;
    }

    @Override
    public void close() {
        encoder.close();
        tuned.close();
        reference.close();
    }
}
