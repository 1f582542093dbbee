package org.weft.corpus.report;

import static org.weft.corpus.report.Written.number;
import static org.weft.corpus.report.Written.share;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.weft.core.html.Html;

/** What rules did to documents, and which languages were found. Every counter stands in one of the tables. */
final class RuleTables {
    private static final String LANGUAGE = "language.";

    private final Html page;
    private final JsonNode rules;
    private final SortedMap<String, Long> counts;
    /** Counters that no table has yet. */
    private final SortedMap<String, Long> left;

    /**
     * @param rules each with its version and thresholds
     * @param counts of all sources
     */
    RuleTables(Html page, JsonNode rules, SortedMap<String, Long> counts) {
        this.page = page;
        this.rules = rules;
        this.counts = counts;
        this.left = new TreeMap<>(counts);
    }

    void render() {
        if (rules.isEmpty() && counts.isEmpty()) {
            return;
        }
        page.append("<h2>Rules</h2>\n");
        PageTable table = new PageTable(page, "name:rule", "version", "words:counted");
        rules.fields()
                .forEachRemaining(rule ->
                        table.row(rule.getKey(), rule.getValue().asText().split(" ", 2)[0], counted(rule.getKey())));
        table.end();
        thresholds();
        languages();
        if (!left.isEmpty()) {
            PageTable others = new PageTable(page, "name:counted besides", "");
            left.forEach((name, value) -> others.row(name, number(value)));
            others.end();
        }
    }

    /** They decide what a rule does, and are long. */
    private void thresholds() {
        page.append("<details><summary>Thresholds</summary>\n");
        PageTable table = new PageTable(page, "name:rule", "words:version and thresholds");
        rules.fields()
                .forEachRemaining(
                        rule -> table.row(rule.getKey(), rule.getValue().asText()));
        table.end();
        page.append("</details>\n");
    }

    /** All counters of a rule: {@code dropped 12, changed 3}. */
    private String counted(String rule) {
        String word = rule.substring(rule.indexOf('.') + 1);
        List<String> told = new ArrayList<>();
        counts.forEach((name, value) -> {
            if (name.endsWith("." + word)) {
                left.remove(name);
                boolean twice = name.equals("dropped." + word) && counts.containsKey("clean.dropped." + word);
                if (!twice) {
                    String what = name.substring(0, name.length() - word.length() - 1);
                    told.add(what.substring(what.indexOf('.') + 1).replace('_', ' ') + " " + number(value));
                }
            }
        });
        return String.join(", ", told);
    }

    private void languages() {
        SortedMap<String, Long> languages = new TreeMap<>();
        counts.forEach((name, value) -> {
            if (name.startsWith(LANGUAGE)) {
                languages.put(name.substring(LANGUAGE.length()), value);
                left.remove(name);
            }
        });
        if (languages.isEmpty()) {
            return;
        }
        long all = languages.values().stream().mapToLong(Long::longValue).sum();
        page.append("<h2>Languages</h2>\n");
        PageTable table = new PageTable(page, "name:language", "documents", "share");
        languages.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(found -> table.row(found.getKey(), number(found.getValue()), share(found.getValue(), all)));
        table.end();
    }
}
