package org.weft.core.scores.text;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * chrF of 1 to 6 characters without white space (Popović, "chrF: character n-gram F-score for automatic MT evaluation",
 * 2015), and chrF++ with 1 and 2 words beside them (Popović 2017): recall counts twice what precision does, and orders that
 * neither text has do not count. Of several right texts that with the best score counts, the first of equals.
 *
 * @param words up to how many: 0 for chrF, 2 for chrF++
 */
record ChrF(int words) {
    static final ChrF PLAIN = new ChrF(0);
    static final ChrF PLUS_PLUS = new ChrF(2);

    private static final int LETTERS = 6;
    private static final double BETA_SQUARED = 4;
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /** The orders, characters first. */
    int places() {
        return LETTERS + words;
    }

    /**
     * Of one text.
     *
     * @param right at least one
     */
    void count(String said, List<String> right, Counts into) {
        List<NGrams> own = grams(said);
        double best = -1;
        for (String other : right) {
            Counts counts = new Counts(new long[places() * Counts.WIDTH], 0);
            List<NGrams> others = grams(other);
            for (int i = 0; i < places(); i++) {
                long there = others.get(i).total();
                counts.put(
                        i,
                        own.get(i).matches(others.get(i)),
                        there == 0 ? 0 : own.get(i).total(),
                        there);
            }
            double score = score(counts);
            if (score > best) {
                best = score;
                IntStream.range(0, places())
                        .forEach(i -> into.put(i, counts.matches(i), counts.said(i), counts.right(i)));
            }
        }
    }

    private List<NGrams> grams(String text) {
        List<NGrams> grams = new ArrayList<>();
        int[] letters = Words.letters(text);
        for (int order = 1; order <= LETTERS; order++) {
            grams.add(NGrams.ofCharacters(letters, order));
        }
        for (int order = 1; order <= words; order++) {
            grams.add(NGrams.ofWords(apart(text), order));
        }
        return grams;
    }

    /** Words from which one character of punctuation is taken, at the end or else at the beginning. */
    private static List<String> apart(String text) {
        List<String> apart = new ArrayList<>();
        for (String word : Words.of(text)) {
            int last = word.length() - 1;
            if (last > 0 && PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
                apart.addAll(List.of(word.substring(0, last), word.substring(last)));
            } else if (last > 0 && PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
                apart.addAll(List.of(word.substring(0, 1), word.substring(1)));
            } else {
                apart.add(word);
            }
        }
        return apart;
    }

    /** From 0 to 100. */
    double score(Counts counts) {
        double precision = 0;
        double recall = 0;
        int orders = 0;
        for (int i = 0; i < places(); i++) {
            if (counts.said(i) > 0 && counts.right(i) > 0) {
                precision += (double) counts.matches(i) / counts.said(i);
                recall += (double) counts.matches(i) / counts.right(i);
                orders++;
            }
        }
        if (precision + recall == 0) {
            return 0;
        }
        precision /= orders;
        recall /= orders;
        return 100 * ((1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall));
    }
}
