package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.weft.core.scores.Scores;

/**
 * When two answers are the same: without case, ASCII punctuation, English articles and superfluous white space. The
 * rules are those of the evaluation script of SQuAD v1.1 (Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine
 * Comprehension of Text", 2016; rajpurkar.github.io/SQuAD-explorer), words and white space as Python 3 knows them.
 */
public final class AnswerText {
    private static final Pattern PUNCTUATION = Pattern.compile("\\p{Punct}");
    private static final Pattern ARTICLES = Pattern.compile("(?<![\\p{L}\\p{N}])(?:a|an|the)(?![\\p{L}\\p{N}])");
    private static final Pattern WHITE_SPACE = Pattern.compile("[\\t-\\r\\x1c- \\x85\\p{Z}]+");

    private AnswerText() {}

    /** In lower case, words apart by one space. */
    public static String normalized(String text) {
        String letters = PUNCTUATION.matcher(text.toLowerCase(Locale.ROOT)).replaceAll("");
        String words = ARTICLES.matcher(letters).replaceAll(" ");
        return WHITE_SPACE.matcher(words).replaceAll(" ").strip();
    }

    /** Whether two answers are the same. */
    public static boolean exactMatch(String prediction, String answer) {
        return normalized(prediction).equals(normalized(answer));
    }

    /** F1 of the answers' words, each as often as it occurs. Where one has no words: 1 if neither has, as in SQuAD v2.0. */
    public static double f1(String prediction, String answer) {
        List<String> said = words(prediction);
        List<String> right = words(answer);
        if (said.isEmpty() || right.isEmpty()) {
            return said.equals(right) ? 1 : 0;
        }
        Map<String, Integer> left = new HashMap<>();
        right.forEach(word -> left.merge(word, 1, Integer::sum));
        long common = said.stream()
                .filter(word -> left.merge(word, -1, Integer::sum) >= 0)
                .count();
        return Scores.of(common, said.size(), right.size()).f1();
    }

    private static List<String> words(String text) {
        String normalized = normalized(text);
        return normalized.isEmpty() ? List.of() : Arrays.asList(normalized.split(" "));
    }
}
