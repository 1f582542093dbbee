package org.weft.dl4j.examples;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The most frequent words of some lines. Two numbers are no words: 0 is a word that is none of these, 1 the end of a line.
 *
 * @param words by number
 * @param shares of all words of the lines, the line's end among them, by number
 */
record Words(List<String> words, Map<String, Integer> numbers, double[] shares) {
    private static final Pattern WORD = Pattern.compile("\\p{L}+|\\d+|[,;()]");
    private static final String UNKNOWN = "<unk>";
    private static final String END = "<eos>";

    /** Numbers at most {@code most} words, the two special ones among them. */
    static Words of(List<String> lines, int most) {
        Map<String, Integer> counts = new HashMap<>();
        lines.forEach(line -> split(line).forEach(word -> counts.merge(word, 1, Integer::sum)));
        List<String> words = new ArrayList<>(List.of(UNKNOWN, END));
        counts.keySet().stream()
                .sorted(Comparator.comparing((String word) -> -counts.get(word))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(most - words.size())
                .forEach(words::add);
        Map<String, Integer> numbers = new HashMap<>();
        words.forEach(word -> numbers.put(word, numbers.size()));
        double[] shares = new double[words.size()];
        long total = lines.size()
                + counts.values().stream().mapToLong(count -> count).sum();
        counts.forEach((word, count) -> shares[numbers.getOrDefault(word, 0)] += (double) count / total);
        shares[1] = (double) lines.size() / total;
        return new Words(List.copyOf(words), numbers, shares);
    }

    private static List<String> split(String line) {
        return WORD.matcher(line.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    /** Lines one after the other, each with its end. */
    int[] numbers(List<String> lines) {
        return lines.stream()
                .flatMapToInt(line -> IntStream.concat(
                        split(line).stream().mapToInt(word -> numbers.getOrDefault(word, 0)), IntStream.of(1)))
                .toArray();
    }

    /** Windows of T + 1 numbers, as T inputs and the T that follow them, (1, 1, T) each; at most so many. */
    static List<DataSet> windows(int[] text, int length, int most) {
        List<DataSet> windows = new ArrayList<>();
        for (int at = 0; windows.size() < most && at + length < text.length; at += length) {
            INDArray inputs = Nd4j.zeros(1, 1, length);
            INDArray targets = Nd4j.zeros(1, 1, length);
            for (int t = 0; t < length; t++) {
                inputs.putScalar(0, 0, t, text[at + t]);
                targets.putScalar(0, 0, t, text[at + t + 1]);
            }
            windows.add(new DataSet(inputs, targets));
        }
        return windows;
    }

    /** The words of a window's inputs. */
    String written(DataSet window) {
        INDArray inputs = window.getFeatures();
        List<String> written = new ArrayList<>();
        for (int t = 0; t < inputs.size(2); t++) {
            written.add(words.get(inputs.getInt(0, 0, t)));
        }
        return String.join(" ", written);
    }

    /** Perplexity of who knows how frequent each word is and no more; one that no line has counts as once in a million. */
    double unigramPerplexity(List<DataSet> windows) {
        double loss = 0;
        long count = 0;
        for (DataSet window : windows) {
            INDArray targets = window.getLabels();
            for (int t = 0; t < targets.size(2); t++) {
                loss -= Math.log(Math.max(1e-6, shares[targets.getInt(0, 0, t)]));
                count++;
            }
        }
        return Math.exp(loss / Math.max(1, count));
    }
}
