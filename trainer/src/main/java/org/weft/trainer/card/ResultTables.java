package org.weft.trainer.card;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import org.weft.core.checkpoint.CheckpointManifest;

/** What a card says of a model's results: metrics with intervals, gaps between groups, or losses on the way. */
final class ResultTables {
    private static final int MOST_GROUPS = 20;

    private final JsonNode results;
    private final StringBuilder page;

    ResultTables(JsonNode results, StringBuilder page) {
        this.results = results;
        this.page = page;
    }

    void render(CheckpointManifest manifest) {
        page.append("\n## Results\n\n");
        if (!results.isMissingNode()) {
            metrics();
            fairness();
            return;
        }
        Map<String, Double> scores = manifest.evaluations().getOrDefault(manifest.step(), Map.of());
        if (scores.isEmpty()) {
            page.append("*To be filled in*: this checkpoint was not evaluated.\n");
            return;
        }
        page.append("On the validation split, at this step:\n\n| | |\n|---|---|\n");
        scores.forEach((name, value) -> line(name, value == null ? "" : number(value)));
    }

    private void metrics() {
        page.append(String.format(
                Locale.ROOT,
                "On %,d rows; intervals hold %.0f %% of %,d resamples of them.%n%n| metric | value | from | to |%n|---|---|---|---|%n",
                results.path("rows").asLong(),
                100 * results.path("bootstrap").path("confidence").asDouble(),
                results.path("bootstrap").path("resamples").asInt()));
        results.path("metrics").properties().forEach(metric -> {
            JsonNode interval = results.path("intervals").path(metric.getKey());
            interval(metric.getKey(), metric.getValue(), interval);
        });
    }

    private void interval(String name, JsonNode value, JsonNode interval) {
        page.append("| ").append(ModelCard.text(name));
        for (JsonNode number : new JsonNode[] {value, interval.path("low"), interval.path("high")}) {
            page.append(" | ").append(number.isNumber() ? number(number.asDouble()) : "");
        }
        page.append(" |\n");
    }

    private void fairness() {
        JsonNode fairness = results.path("fairness");
        if (fairness.path("groups").isEmpty()) {
            return;
        }
        page.append("\n### Groups\n\nGroups of ")
                .append(ModelCard.text(fairness.path("column").asText()))
                .append("; shares of fewer than ")
                .append(fairness.path("least_rows").asInt())
                .append(" rows are in no gap.\n\n| gap | value | from | to |\n|---|---|---|---|\n");
        fairness.path("gaps")
                .properties()
                .forEach(gap -> interval(gap.getKey(), gap.getValue().path("value"), gap.getValue()));
        page.append(
                        "\n| group | rows | accuracy | class | selection rate | true positive rate | false positive rate |\n")
                .append("|---|---|---|---|---|---|---|\n");
        int shown = 0;
        for (JsonNode group : fairness.path("groups")) {
            if (shown++ < MOST_GROUPS) {
                group.path("classes").forEach(of -> group(group, of));
            }
        }
    }

    private void group(JsonNode group, JsonNode of) {
        page.append("| ")
                .append(ModelCard.text(group.path("value").asText()))
                .append(" | ")
                .append(group.path("rows").asLong())
                .append(" | ")
                .append(number(group.path("accuracy").asDouble()))
                .append(" | ")
                .append(ModelCard.text(of.path("name").asText()));
        for (String rate : new String[] {"selection_rate", "true_positive_rate", "false_positive_rate"}) {
            page.append(" | ")
                    .append(of.path(rate).isNumber() ? number(of.path(rate).asDouble()) : "");
        }
        page.append(" |\n");
    }

    private void line(String name, String value) {
        page.append("| ")
                .append(ModelCard.text(name))
                .append(" | ")
                .append(value)
                .append(" |\n");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
