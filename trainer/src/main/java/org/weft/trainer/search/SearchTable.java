package org.weft.trainer.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A search for a terminal, best first. */
public final class SearchTable {
    private final SearchResult result;

    public SearchTable(SearchResult result) {
        this.result = result;
    }

    public String render() {
        List<List<String>> rows = rows(result);
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        rows.forEach(row -> {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(i == 0 ? "" : "  ")
                        .append(" ".repeat(widths[i] - row.get(i).length()))
                        .append(row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        for (SearchedKey key : result.space().keys()) {
            if (key.range() != null) {
                text.append(key.name()).append(": ").append(key.described()).append('\n');
            }
        }
        return text.toString();
    }

    /** A head and a row for each trial: rank, settings, value, step, name, and what there is to say. */
    static List<List<String>> rows(SearchResult result) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("rank"));
        result.space().keys().forEach(key -> head.add(key.name()));
        head.addAll(List.of(result.objective().name(), "step", "trial"));
        rows.add(head);
        int rank = 0;
        for (TrialResult trial : result.ranked()) {
            List<String> row = new ArrayList<>(List.of(Integer.toString(++rank)));
            result.space()
                    .keys()
                    .forEach(key -> row.add(trial.trial().settings().get(key.name())));
            row.add(value(trial, result.objective()));
            row.add(Integer.toString(trial.step()));
            row.add(trial.trial().name());
            rows.add(row);
        }
        return rows;
    }

    private static String value(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "not finite";
    }

    private static String value(TrialResult trial, Objective objective) {
        return trial.diverged() ? "diverged" : value(trial.value(objective));
    }
}
