package org.weft.trainer.search;

import org.weft.core.config.Metric;

/**
 * What trials are compared by: a number of an evaluation during training.
 *
 * @param score its name in an evaluation
 */
public record Objective(String score) {
    private static final String PREFIX = "val_";

    /** As {@code metrics.jsonl} names it; null where that is none of an evaluation's. */
    public static Objective parse(String name) {
        return name.startsWith(PREFIX) && name.length() > PREFIX.length()
                ? new Objective(name.substring(PREFIX.length()))
                : null;
    }

    /** Of losses, a source's among them, less is better; of all others more, as for {@code finetune.metric}. */
    public boolean less() {
        String loss = Metric.LOSS.word();
        return score.equals(loss) || score.startsWith(loss + "_");
    }

    /** As {@code metrics.jsonl} names it. */
    public String name() {
        return PREFIX + score;
    }

    /** Below 0 where the first is better; what is no number is worse than all others. */
    int compare(double one, double other) {
        boolean known = Double.isFinite(one);
        if (known != Double.isFinite(other)) {
            return known ? -1 : 1;
        }
        return !known ? 0 : less() ? Double.compare(one, other) : Double.compare(other, one);
    }
}
