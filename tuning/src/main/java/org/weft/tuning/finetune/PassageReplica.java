package org.weft.tuning.finetune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.model.ClassTally;
import org.weft.engine.Evaluated;
import org.weft.engine.ModelReplica;
import org.weft.tuning.task.AnswerSpan;
import org.weft.tuning.task.WindowLabels;

/**
 * A replica that learns answers in passages that are read through windows, and is judged by rows: by the span that a prediction
 * would take of all windows of a question. It is right where both of its ends are those of the answer in its window, no answer where
 * no window has one.
 *
 * <p>B windows, T tokens.
 */
final class PassageReplica extends JudgingReplica {
    private final boolean mayHaveNoAnswer;
    private final int most;

    /** @param most windows that are computed together */
    PassageReplica(ModelReplica replica, boolean mayHaveNoAnswer, int most) {
        super(replica);
        this.mayHaveNoAnswer = mayHaveNoAnswer;
        this.most = most;
    }

    /** @param batch all windows of each of its rows, one after the other; their outputs are kept of one part at a time */
    @Override
    public Evaluated evaluate(Batch batch) {
        double loss = 0;
        int rows = 0;
        int right = 0;
        AnswerSpan.Search search = new AnswerSpan.Search();
        List<WindowLabels> row = new ArrayList<>();
        for (int from = 0; from < batch.sequences(); from += most) {
            int to = Math.min(batch.sequences(), from + most);
            float[][] outputs = replica.outputs(part(batch, from, to)); // (B T, 2)
            for (int window = from; window < to; window++) {
                float[] own = own(outputs, (window - from) * batch.context(), batch.lengths()[window]);
                WindowLabels labels = WindowLabels.at(batch.labels(), window);
                loss += (nats(own, 0, labels.first()) + nats(own, 1, labels.last())) / 2;
                search.take(own, labels.passage());
                row.add(labels);
                if (window + 1 == batch.sequences()
                        || WindowLabels.at(batch.labels(), window + 1).window() == 0) {
                    right += right(row, search.likeliest(mayHaveNoAnswer)) ? 1 : 0;
                    rows++;
                    search = new AnswerSpan.Search();
                    row.clear();
                }
            }
        }
        return new Evaluated(loss, List.of(new ClassTally(0, right, rows, rows)));
    }

    /** @param windows all of a row */
    private static boolean right(List<WindowLabels> windows, AnswerSpan said) {
        if (said.none()) {
            return windows.stream().noneMatch(WindowLabels::answered);
        }
        WindowLabels there = windows.get(said.window());
        return there.answered() && said.first() == there.first() && said.last() == there.last();
    }

    /** Of a window that begins at a row of outputs, (T, 2), T its own length. */
    private static float[] own(float[][] outputs, int begin, int length) {
        float[] own = new float[2 * length];
        for (int t = 0; t < length; t++) {
            System.arraycopy(outputs[begin + t], 0, own, 2 * t, 2);
        }
        return own;
    }

    private static Batch part(Batch batch, int from, int to) {
        int context = batch.context();
        int perSequence = batch.labels().length / batch.sequences();
        return new Batch(
                to - from,
                context,
                Arrays.copyOfRange(batch.inputs(), from * context, to * context),
                Arrays.copyOfRange(batch.lengths(), from, to),
                Arrays.copyOfRange(batch.seconds(), from, to),
                new Targets.Labels(Arrays.copyOfRange(batch.labels(), from * perSequence, to * perSequence)));
    }

    /**
     * -log softmax over a window's tokens.
     *
     * @param outputs (T, 2)
     * @param end 0 for the first token, 1 for the last
     * @param at the right position
     */
    private static double nats(float[] outputs, int end, int at) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = end; i < outputs.length; i += 2) {
            greatest = Math.max(greatest, outputs[i]);
        }
        double sum = 0;
        for (int i = end; i < outputs.length; i += 2) {
            sum += StrictMath.exp(outputs[i] - greatest);
        }
        return StrictMath.log(sum) + greatest - outputs[2 * at + end];
    }
}
