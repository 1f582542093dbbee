package org.weft.core.config;

import java.util.Comparator;
import java.util.List;

/** "Did you mean": the known word that is fewest edits away, if it is near enough. */
public final class Suggestion {
    private static final int MAX_EDITS = 3;

    private Suggestion() {}

    /** What an error says after a word that is not known: the nearest, or else all that are. */
    static String among(List<String> known, String word) {
        String near = near(known, word);
        return near.isEmpty() ? "; known are " + String.join(", ", known) : near;
    }

    /** The nearest, or nothing: for an error that lists the known words anyway. */
    public static String near(List<String> known, String word) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> edits(candidate, word)))
                .filter(candidate -> edits(candidate, word) <= Math.min(MAX_EDITS, Math.max(1, word.length() / 2)))
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }

    /** Levenshtein distance: insertions, deletions and substitutions. */
    static int edits(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
