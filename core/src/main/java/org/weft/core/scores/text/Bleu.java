package org.weft.core.scores.text;

import java.util.List;

/**
 * Corpus BLEU (Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", 2002) of 1 to 4 words, an
 * order without a match smoothed as mteval-v13a does it: method 3 of Chen and Cherry 2014, sacrebleu's {@code exp}. Of
 * several right texts a run of words counts as often as in that which has it most, and their length is the closest one, of
 * two the shorter.
 */
final class Bleu {
    private static final int ORDERS = 4;
    /** The orders, each with its matches and how many were said; then the lengths in words. */
    static final int PLACES = ORDERS + 1;

    /** What sacrebleu takes for the logarithm of 0. */
    private static final double LOG_OF_ZERO = -9999999999.0;

    private Bleu() {}

    /**
     * Of one text.
     *
     * @param right at least one
     */
    static void count(BleuWords tokenizer, String said, List<String> right, Counts into) {
        List<String> words = tokenizer.of(said);
        List<List<String>> others = right.stream().map(tokenizer::of).toList();
        for (int order = 1; order <= ORDERS; order++) {
            int n = order;
            NGrams all = others.stream()
                    .map(other -> NGrams.ofWords(other, n))
                    .reduce(NGrams::union)
                    .orElseThrow();
            NGrams own = NGrams.ofWords(words, n);
            into.put(n - 1, own.matches(all), own.total(), 0);
        }
        into.put(ORDERS, 0, words.size(), closest(words.size(), others));
    }

    private static int closest(int length, List<List<String>> others) {
        int closest = others.get(0).size();
        for (List<String> other : others) {
            int further = Math.abs(length - other.size()) - Math.abs(length - closest);
            closest = further < 0 || (further == 0 && other.size() < closest) ? other.size() : closest;
        }
        return closest;
    }

    /** From 0 to 100. */
    static double score(Counts counts) {
        double logs = 0;
        double smoothing = 1;
        boolean none = true;
        for (int n = 0; n < ORDERS; n++) {
            none &= counts.matches(n) == 0;
            double precision = 0;
            if (counts.said(n) > 0) {
                smoothing *= counts.matches(n) == 0 ? 2 : 1;
                precision = counts.matches(n) == 0
                        ? 100 / (smoothing * counts.said(n))
                        : 100.0 * counts.matches(n) / counts.said(n);
            }
            logs += precision == 0 ? LOG_OF_ZERO : Math.log(precision);
        }
        return none ? 0 : brevity(counts.said(ORDERS), counts.right(ORDERS)) * Math.exp(logs / ORDERS);
    }

    /** What a text that is too short pays: without it, to say one sure word would be best. */
    private static double brevity(long said, long right) {
        return said < right ? Math.exp(1 - (double) right / said) : 1;
    }
}
