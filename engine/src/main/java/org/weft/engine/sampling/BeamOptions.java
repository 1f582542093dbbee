package org.weft.engine.sampling;

import java.io.Serializable;
import java.util.Locale;
import org.weft.core.WeftException;

/**
 * How the likeliest text is looked for, with Hugging Face's names and meanings: {@code num_beams}, {@code length_penalty},
 * {@code early_stopping}.
 *
 * @param beams texts that are followed at once; 1 for one text, whose tokens are chosen one by one
 * @param lengthPenalty a whole text's log-probability is divided by its tokens, the one that ends it among them, to this
 *     power: above 0 long texts gain, below 0 short ones
 * @param ending when no more is looked for
 */
public record BeamOptions(int beams, double lengthPenalty, Ending ending) implements Serializable {
    /** One text. */
    public static final BeamOptions NONE = new BeamOptions(1, 1, Ending.FALSE);

    /** Beyond this a slip of the keyboard is likelier than a wish: each beam is a row of the model's cache. */
    public static final int MOST = 1024;

    /** When a search ends of which as many texts as there are beams are whole. */
    public enum Ending {
        /** At once. */
        TRUE,
        /** When none that still grows is better than the worst of them as it stands. */
        FALSE,
        /** When none that still grows could become better, however long it grows. */
        NEVER;

        /** As it is written. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public BeamOptions {
        if (beams < 1 || beams > MOST) {
            throw WeftException.usage("beams=" + beams + " must be from 1 to " + MOST, "");
        }
        if (!Double.isFinite(lengthPenalty)) {
            throw WeftException.usage("length_penalty=" + lengthPenalty + " must be a number", "");
        }
    }

    /** Whether texts are searched for. */
    public boolean searches() {
        return beams > 1;
    }

    /** What a whole text is worth. */
    double score(double logProbability, int tokens) {
        return logProbability / Math.pow(tokens, lengthPenalty);
    }
}
