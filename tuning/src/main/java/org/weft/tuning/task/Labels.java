package org.weft.tuning.task;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.weft.core.WeftException;

/**
 * The labels of a task in the order of the model's outputs.
 *
 * @param names no two alike
 * @param weights what each label's loss counts, as many as names
 */
public record Labels(List<String> names, List<Double> weights) implements Serializable {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");

    private static final int LONGEST_NUMBER = 400;
    private static final int LARGEST_SCALE = 400;

    public Labels {
        names = List.copyOf(names);
        weights = List.copyOf(weights);
    }

    /** Labels that count alike. */
    public static Labels of(List<String> names) {
        return new Labels(names, Collections.nCopies(names.size(), 1.0));
    }

    /**
     * Labels that count n / (K n_c), so that each label's examples together count alike (King and Zeng 2001); 0 for a
     * label of no example.
     *
     * @param counts of the examples of each label
     */
    public static Labels balanced(List<String> names, List<Long> counts) {
        double all = counts.stream().mapToLong(Long::longValue).sum();
        return new Labels(
                names,
                counts.stream()
                        .map(count -> count == 0 ? 0 : all / (names.size() * (double) count))
                        .toList());
    }

    /**
     * A label as labels are compared. What reads as a number, as JSON has them, is that number whatever it is written as:
     * the type that Spark found for the column does not matter. 1, 1.0, "1" and "1.0" are one label; "01" and "true" are
     * words.
     */
    public static String canonical(String name) {
        if (name.length() > LONGEST_NUMBER || !NUMBER.matcher(name).matches()) {
            return name;
        }
        BigDecimal number = new BigDecimal(name);
        return Math.abs(number.scale()) > LARGEST_SCALE
                ? name
                : number.stripTrailingZeros().toPlainString();
    }

    /** Sorted as numbers where all are numbers, else as text. */
    public static List<String> sorted(Collection<String> names) {
        List<String> sorted = new ArrayList<>(names);
        sorted.sort(Comparator.naturalOrder());
        if (names.stream().allMatch(Labels::isNumber)) {
            sorted.sort(Comparator.comparing(BigDecimal::new));
        }
        return sorted;
    }

    private static boolean isNumber(String name) {
        try {
            new BigDecimal(name);
            return true;
        } catch (NumberFormatException word) {
            return false;
        }
    }

    /** K. */
    public int size() {
        return names.size();
    }

    /** Each label with its number among some, in the labels' order. */
    Map<String, Double> with(double[] numbers) {
        Map<String, Double> byName = new LinkedHashMap<>();
        for (int i = 0; i < numbers.length; i++) {
            byName.put(names.get(i), numbers[i]);
        }
        return byName;
    }

    /** Where a label stands; -1 for nowhere. Models that were tuned before labels were canonical have some that are not. */
    private int find(String canonical) {
        int index = names.indexOf(canonical);
        for (int i = 0; index < 0 && i < names.size(); i++) {
            index = canonical(names.get(i)).equals(canonical) ? i : index;
        }
        return index;
    }

    /** Index of a label that a model is judged by. */
    int known(String name, String column) {
        int index = find(name);
        if (index < 0) {
            throw WeftException.invalidData(
                    "unknown label " + name + " in column " + column + ": the model knows " + String.join(", ", names),
                    "mend the row, or fine-tune with that label among the training examples");
        }
        return index;
    }

    /** Index of a row's label. */
    public int index(String name, Fields row) {
        int index = find(name);
        if (index < 0) {
            throw WeftException.invalidData(
                    "unknown label \"" + name + "\": the labels are " + names + "; " + row.where(),
                    "mend the row, or name all labels in finetune.labels");
        }
        return index;
    }
}
