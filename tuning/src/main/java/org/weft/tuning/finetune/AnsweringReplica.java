package org.weft.tuning.finetune;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.batches.Batch;
import org.weft.core.params.ParameterLayout;
import org.weft.core.scores.text.TextMatches;
import org.weft.engine.Evaluated;
import org.weft.engine.Figure;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;
import org.weft.engine.Replica;
import org.weft.engine.SequenceLosses;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.TextPredictions;

/**
 * A replica that learns answers, and in an evaluation gives its own, greedily: they are judged beside those of the batch, of
 * a conversation beside its last. A batch's tallies are a function of its examples and the parameters, whoever evaluates
 * it. Owned by the thread that opened it.
 *
 * <pre>
 *   tokens     p p p r r r        p prompt, r response
 *   targets    - - r r r end
 *   asked      p p p
 *   right          r r r
 * </pre>
 *
 * A model with an encoder is asked what the batch has it read: each sequence's first segment.
 */
final class AnsweringReplica implements Replica<Batch> {
    private final ModelReplica replica;
    private final GeneratedAnswers answers;

    /** @param answers of the same replica, which they close */
    AnsweringReplica(ModelReplica replica, GeneratedAnswers answers) {
        this.replica = replica;
        this.answers = answers;
    }

    /** The loss, and the sums of {@link TextMatches}. */
    @Override
    public Evaluated evaluate(Batch batch) {
        List<int[]> prompts = new ArrayList<>();
        List<String> right = new ArrayList<>();
        int context = batch.context();
        for (int sequence = 0; sequence < batch.sequences(); sequence++) {
            int[] targets = Arrays.copyOfRange(batch.targets(), sequence * context, (sequence + 1) * context);
            int end = context;
            while (targets[end - 1] == Batch.IGNORED) {
                end--;
            }
            int first = end - 1;
            while (first > 0 && targets[first - 1] != Batch.IGNORED) {
                first--;
            }
            int asked = replica.encodesSource() ? batch.seconds()[sequence] : first + 1;
            prompts.add(Arrays.copyOfRange(batch.inputs(), sequence * context, sequence * context + asked));
            right.add(answers.answer(Arrays.copyOfRange(targets, first, end)));
        }
        List<String> said = answers.to(prompts);
        List<TextMatches> matches = new ArrayList<>();
        for (int i = 0; i < said.size(); i++) {
            matches.add(TextPredictions.matches(new AnswerPredictions.Row(said.get(i), List.of(right.get(i)))));
        }
        return new Evaluated(loss(batch), TextMatches.sum(matches).tallies());
    }

    @Override
    public ParameterLayout layout() {
        return replica.layout();
    }

    @Override
    public ByteBuffer parameters(long offset, int length) {
        return replica.parameters(offset, length);
    }

    @Override
    public void parametersWritten(long offset, long length) {
        replica.parametersWritten(offset, length);
    }

    @Override
    public void zeroGradients() {
        replica.zeroGradients();
    }

    @Override
    public double accumulateGradient(Batch batch, double normalizer, MicroBatchKey key, GradientListener listener) {
        return replica.accumulateGradient(batch, normalizer, key, listener);
    }

    @Override
    public double accumulateGradient(
            Batch batch, double normalizer, MicroBatchKey key, GradientListener listener, SequenceLosses losses) {
        return replica.accumulateGradient(batch, normalizer, key, listener, losses);
    }

    @Override
    public List<Figure> figures() {
        return replica.figures();
    }

    @Override
    public ByteBuffer gradients(long offset, int length) {
        return replica.gradients(offset, length);
    }

    @Override
    public double loss(Batch batch) {
        return replica.loss(batch);
    }

    @Override
    public double measurePeakFlops() {
        return replica.measurePeakFlops();
    }

    @Override
    public void close() {
        answers.close();
    }
}
