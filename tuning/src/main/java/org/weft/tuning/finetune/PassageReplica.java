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

    /** @param batch all windows of each of its rows, one after the other */
    @Override
    public Evaluated evaluate(Batch batch) {
        List<float[]> outputs = outputs(batch);
        double loss = 0;
        int rows = 0;
        int right = 0;
        int from = 0;
        for (int window = 0; window < batch.sequences(); window++) {
            WindowLabels labels = WindowLabels.at(batch.labels(), window);
            loss += (nats(outputs.get(window), 0, labels.first()) + nats(outputs.get(window), 1, labels.last())) / 2;
            boolean last = window + 1 == batch.sequences()
                    || WindowLabels.at(batch.labels(), window + 1).window() == 0;
            if (last) {
                right += right(batch, outputs, from, window + 1) ? 1 : 0;
                rows++;
                from = window + 1;
            }
        }
        return new Evaluated(loss, List.of(new ClassTally(0, right, rows, rows)));
    }

    private boolean right(Batch batch, List<float[]> outputs, int from, int to) {
        List<WindowLabels> windows = new ArrayList<>();
        for (int window = from; window < to; window++) {
            windows.add(WindowLabels.at(batch.labels(), window));
        }
        AnswerSpan said = AnswerSpan.likeliest(
                outputs.subList(from, to),
                windows.stream().map(WindowLabels::passage).toList(),
                mayHaveNoAnswer);
        if (said.none()) {
            return windows.stream().noneMatch(WindowLabels::answered);
        }
        WindowLabels there = windows.get(said.window());
        return there.answered() && said.first() == there.first() && said.last() == there.last();
    }

    /** Of each window, (T, 2), T its own length. */
    private List<float[]> outputs(Batch batch) {
        List<float[]> all = new ArrayList<>();
        for (int from = 0; from < batch.sequences(); from += most) {
            int to = Math.min(batch.sequences(), from + most);
            float[][] some = replica.outputs(part(batch, from, to)); // (B T, 2)
            int context = batch.context();
            for (int window = from; window < to; window++) {
                float[] own = new float[2 * batch.lengths()[window]];
                for (int t = 0; 2 * t < own.length; t++) {
                    System.arraycopy(some[(window - from) * context + t], 0, own, 2 * t, 2);
                }
                all.add(own);
            }
        }
        return all;
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
