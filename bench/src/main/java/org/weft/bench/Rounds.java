package org.weft.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Figures of some rounds under names, in the order in which the names came. */
final class Rounds {
    private final Map<String, double[]> values = new LinkedHashMap<>();
    private final int count;

    Rounds(int count) {
        this.count = count;
    }

    void put(String name, int round, double value) {
        values.computeIfAbsent(name, ignored -> new double[count])[round] = value;
    }

    double median(String name) {
        return median(values.get(name));
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** A line a name: the rounds' figures and their median. */
    String table(String unit) {
        StringBuilder table = new StringBuilder();
        values.forEach((name, figures) -> {
            table.append(String.format(Locale.ROOT, "%-28s", name));
            for (double figure : figures) {
                table.append(String.format(Locale.ROOT, " %7.3f", figure));
            }
            table.append(String.format(Locale.ROOT, "   median %7.3f %s%n", median(figures), unit));
        });
        return table.toString();
    }
}
