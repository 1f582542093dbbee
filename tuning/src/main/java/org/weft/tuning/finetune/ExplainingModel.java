package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.weft.core.batches.Batch;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.corpus.privacy.Scrubber;
import org.weft.engine.Attributions;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.metrics.Probabilities;
import org.weft.tuning.report.RowExplanation;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;
import org.weft.tuning.task.ReadText;
import org.weft.tuning.task.Task;

/**
 * A fine-tuned model that says of a row what it says, and why: by integrated gradients from a text of filling tokens between the tokens that
 * frame it, and by attention rollout. Rows are explained one by one, so that a row's explanation depends on no other. Owned by the thread that
 * opened it; holds native memory until closed.
 */
final class ExplainingModel implements RowModel {
    private final TaskModel model;
    private final ModelReplica replica;
    private final Encoder encoder;
    private final Task task;
    private final boolean tokenTypes;
    private final ExplanationSteps steps;

    private ExplainingModel(
            TaskModel model, ModelReplica replica, Encoder encoder, WeftConfig config, ExplanationSteps steps) {
        this.model = model;
        this.replica = replica;
        this.encoder = encoder;
        this.task = Task.of(config);
        this.tokenTypes = config.model().tellsSegments();
        this.steps = steps;
    }

    /**
     * @param config the model's, but for its dataset section
     * @param batch rows that are predicted together
     * @param steps of the integral
     */
    static ExplainingModel open(StoredModel model, WeftConfig config, int batch, ExplanationSteps steps)
            throws IOException {
        Explaining.require(model, config);
        ReplicaOptions options = ReplicaOptions.cpu(config.cluster().threads()).frozen();
        ModelReplica replica = model.replica(options);
        try {
            Encoder encoder = Encoder.open(config, model.tokenizer());
            return new ExplainingModel(TaskModel.of(replica, encoder, config, batch), replica, encoder, config, steps);
        } catch (RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    @Override
    public List<Prediction> predict(List<Fields> rows) {
        List<Prediction> said = model.predict(rows);
        List<Prediction> explained = new ArrayList<>();
        for (int i = 0; i < said.size(); i++) {
            Reason reason = reason(rows.get(i));
            explained.add(new Explained(said.get(i), reason.tokens(), reason.why(), reason.steps()));
        }
        return explained;
    }

    /** @param tokens as they are spelt (T) */
    private record Reason(List<String> tokens, Attributions why, int steps) {}

    /** Of what the model says of one row. */
    private Reason reason(Fields row) {
        Example example = task.encode(row, encoder, false).example();
        Batch sequence = PaddedBatch.of(List.of(example), tokenTypes);
        int output = Probabilities.largest(replica.outputs(sequence)[0]);
        int[] blank = encoder.blanked(example.tokens());
        int points = steps.first();
        Attributions why = replica.attributions(sequence, blank, output, points);
        for (int more = steps.after(points, why.convergenceDelta()); more > 0; ) {
            points = more;
            why = replica.attributions(sequence, blank, output, points);
            more = steps.after(points, why.convergenceDelta());
        }
        List<String> tokens = Arrays.stream(example.tokens())
                .mapToObj(encoder.tokenizer()::decodeWithin)
                .toList();
        return new Reason(tokens, why, points);
    }

    /**
     * Why the model says what it says of one row, for people: nothing personal, and no secret, is in it.
     *
     * @param method which scores are told
     * @param places finds what is personal in a text
     */
    RowExplanation shown(Fields row, Explaining.Method method, Function<String, List<Scrubber.Place>> places) {
        Reason reason = reason(row);
        ReadText read = task.read(row, encoder);
        if (read.tokens().length != reason.tokens().size()) {
            throw new IllegalStateException("places of " + read.tokens().length + " tokens for "
                    + reason.tokens().size() + " that the model read");
        }
        boolean gradients = method == Explaining.Method.ATTRIBUTIONS;
        Attributions why = reason.why();
        return new RowExplanation(
                method.word(),
                gradients,
                ShownTokens.of(read, reason.tokens(), gradients ? why.gradients() : why.rollout(), places),
                gradients ? why.convergenceDelta() : Double.NaN,
                gradients ? reason.steps() : 0);
    }

    @Override
    public long truncated() {
        return model.truncated();
    }

    /** The model closes what it shares. */
    @Override
    public void close() {
        model.close();
    }
}
