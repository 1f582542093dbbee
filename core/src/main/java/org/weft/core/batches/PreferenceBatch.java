package org.weft.core.batches;

import java.util.List;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.examples.Example;
import org.weft.core.examples.ExampleParts;

/** Pairs of answers as one batch: 2 B sequences of B examples, each the better answer and the worse one. */
public final class PreferenceBatch {
    private PreferenceBatch() {}

    /**
     * The answers alone, each token of which is to be predicted.
     *
     * @param pairs that {@link ExampleParts} joined
     */
    public static Batch answers(List<Example> pairs) {
        return PaddedBatch.of(
                pairs.stream().map(ExampleParts::of).flatMap(List::stream).toList(), false);
    }

    /** @param pairs of which it is known how likely their answers were at the start */
    static Batch of(List<Example> pairs, PreferenceLoss loss) {
        Batch answers = answers(pairs);
        float[] reference = new float[answers.sequences()]; // (2 B)
        for (int pair = 0; pair < pairs.size(); pair++) {
            System.arraycopy(ExampleParts.numbers(pairs.get(pair)), 0, reference, 2 * pair, 2);
        }
        return answers.asking(new Targets.Preferences(new Targets.Tokens(answers.targets()), reference, loss));
    }

    /**
     * What answers cost.
     *
     * @param answers as {@link #answers} has them, 2 B
     * @param nats (2 B): what each costs the model
     * @param before (2 B): what each cost the model at the start
     */
    public static PreferenceCosts costs(Batch answers, double[] nats, double[] before, FinetuneConfig tuning) {
        float[] reference = new float[before.length]; // (2 B)
        for (int i = 0; i < before.length; i++) {
            reference[i] = (float) -before[i];
        }
        Targets.Tokens tokens = new Targets.Tokens(answers.targets());
        return new Targets.Preferences(tokens, reference, PreferenceLoss.of(tuning)).costs(nats);
    }
}
