package org.weft.dl4j.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import org.weft.core.WeftException;

/**
 * How a column becomes numbers, as the training part alone decides it. Numbers are standardised, (x - mean) / deviation, and a
 * missing one is the median; of words each has a column of its own, and a missing one is the most frequent.
 *
 * @param fill what stands for a missing value
 * @param deviation of the population, as scikit-learn's StandardScaler has it; 1 where all values are equal
 * @param words sorted; null for a column of numbers
 */
record TableColumn(String name, String fill, double mean, double deviation, List<String> words) {
    private static final int MOST_WORDS = 50;

    /**
     * Learns from the training part.
     *
     * @param cells null where a value is missing
     */
    static TableColumn of(String name, String file, List<String> cells) {
        List<String> present = cells.stream().filter(Objects::nonNull).toList();
        if (present.isEmpty()) {
            throw WeftException.invalidData(
                    file + " has no value in the column " + name + " of the part that is learnt from",
                    "take the column out");
        }
        return present.stream().allMatch(TableColumn::isNumber)
                ? ofNumbers(name, cells, present)
                : ofWords(name, file, present);
    }

    private static TableColumn ofNumbers(String name, List<String> cells, List<String> present) {
        double[] sorted =
                present.stream().mapToDouble(Double::parseDouble).sorted().toArray();
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        double[] filled = cells.stream()
                .mapToDouble(cell -> cell == null ? median : Double.parseDouble(cell))
                .toArray();
        double mean = Arrays.stream(filled).average().orElseThrow();
        double variance = Arrays.stream(filled)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();
        return new TableColumn(name, Double.toString(median), mean, variance > 0 ? Math.sqrt(variance) : 1, null);
    }

    private static TableColumn ofWords(String name, String file, List<String> present) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        present.forEach(word -> counts.merge(word, 1, Integer::sum));
        if (counts.size() > MOST_WORDS) {
            throw WeftException.invalidData(
                    file + " has " + counts.size() + " different words in the column " + name + ", such as "
                            + counts.firstKey(),
                    "take the column out: at most " + MOST_WORDS + " words can be columns of their own");
        }
        String fill = counts.firstKey();
        for (String word : counts.keySet()) {
            fill = counts.get(word) > counts.get(fill) ? word : fill;
        }
        return new TableColumn(name, fill, 0, 1, List.copyOf(counts.keySet()));
    }

    private static boolean isNumber(String cell) {
        try {
            return Double.isFinite(Double.parseDouble(cell));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    int width() {
        return words == null ? 1 : words.size();
    }

    /**
     * Writes a cell into {@code width()} places. A word that the training part lacks is none of its words: all zeros.
     *
     * @param cell null for a missing one
     * @param line for the message, where a cell of a column of numbers is none
     */
    void encode(String cell, String line, float[] into, int at) {
        String value = cell == null ? fill : cell;
        if (words == null) {
            if (!isNumber(value)) {
                throw WeftException.invalidData(
                        line + ": " + value + " is no number, but the column " + name + " has numbers",
                        "correct the cell, or leave it empty");
            }
            into[at] = (float) ((Double.parseDouble(value) - mean) / deviation);
        } else if (words.contains(value)) {
            into[at + words.indexOf(value)] = 1;
        }
    }

    /** What missing cells were filled with, for people. */
    String filled(long cells) {
        return String.format(
                Locale.ROOT, "%s %d (%s %s)", name, cells, words == null ? "median" : "most frequent", fill);
    }
}
