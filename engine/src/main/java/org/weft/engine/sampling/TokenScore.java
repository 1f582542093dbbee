package org.weft.engine.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * What a model thought of one token of a text: natural logarithms of probabilities of its softmax, before penalties and
 * temperature.
 *
 * @param logProbability NaN of a text's first token, which nothing stands before
 * @param likeliest tokens that the model took for the most likely, the likeliest first; equal ones by their id
 */
public record TokenScore(int token, float logProbability, List<Likely> likeliest) {

    /** One of the tokens that might have stood there. */
    public record Likely(int token, float logProbability) {}

    /** Of a text's first token. */
    public static TokenScore first(int token) {
        return new TokenScore(token, Float.NaN, List.of());
    }

    /** Whether the model said anything of it. */
    public boolean known() {
        return !Float.isNaN(logProbability);
    }

    /**
     * Of a token among its alternatives.
     *
     * @param logits (V)
     * @param count of the likeliest that are wanted
     */
    public static TokenScore of(int token, float[] logits, int count) {
        Softmax softmax = Softmax.of(logits);
        List<Likely> likeliest = new ArrayList<>();
        for (int each : largest(logits, Math.min(count, logits.length))) {
            likeliest.add(new Likely(each, (float) softmax.logProbability(logits[each])));
        }
        return new TokenScore(token, (float) softmax.logProbability(logits[token]), List.copyOf(likeliest));
    }

    /** The ids of the largest logits, the largest first: an insertion sort of the few that are wanted. */
    private static int[] largest(float[] logits, int count) {
        int[] best = new int[count];
        int found = 0;
        for (int token = 0; token < logits.length; token++) {
            int place = found;
            while (place > 0 && logits[token] > logits[best[place - 1]]) {
                place--;
            }
            if (place < count) {
                found = Math.min(found + 1, count);
                System.arraycopy(best, place, best, place + 1, found - 1 - place);
                best[place] = token;
            }
        }
        return best;
    }
}
