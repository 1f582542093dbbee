package org.weft.tuning.finetune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.batches.Batch;
import org.weft.core.scores.text.TextMatches;
import org.weft.engine.Evaluated;
import org.weft.engine.ModelReplica;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.TextPredictions;

/**
 * A replica that learns answers, and in an evaluation gives its own, greedily: they are judged beside those of the batch, of
 * a conversation beside its last.
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
final class AnsweringReplica extends JudgingReplica {
    private final GeneratedAnswers answers;

    /** @param answers of the same replica, which they close */
    AnsweringReplica(ModelReplica replica, GeneratedAnswers answers) {
        super(replica);
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
    public void close() {
        answers.close();
    }
}
