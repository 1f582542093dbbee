package org.weft.tuning.suite;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.Json;

/** A suite's scores for people and for programs. Immutable. */
public record SuiteReport(List<TaskScores> scores) {
    /** Behind the task's name, whose width is that of the longest. */
    private static final String COLUMNS = "s | %6s | %-15s | %10s | %9s | %-22s |";

    /** A table, a line for each metric. */
    public String table() {
        int names = scores.stream()
                .mapToInt(score -> score.task().name().length())
                .max()
                .orElse(0);
        String row = "| %-" + Math.max(names, "Task".length()) + COLUMNS;
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, row, "Task", "n-shot", "Metric", "Value", "Stderr", "95% interval"));
        lines.add(lines.get(0).replaceAll("[^|]", "-"));
        for (TaskScores task : scores) {
            for (SuiteMetric metric : task.task().metrics()) {
                TaskScores.Score score = task.score(metric);
                lines.add(String.format(
                        Locale.ROOT,
                        row,
                        task.task().name(),
                        task.task().shots().count(),
                        metric.word(),
                        number(score.value()),
                        number(score.stderr()),
                        number(score.interval().low()) + " to "
                                + number(score.interval().high())));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "N/A";
    }

    /** {@code results}: by task the metrics, their standard errors and intervals; {@code n-shot}; {@code n-samples}. */
    public ObjectNode json() {
        ObjectNode root = Json.MAPPER.createObjectNode();
        ObjectNode results = root.putObject("results");
        ObjectNode shots = root.putObject("n-shot");
        ObjectNode samples = root.putObject("n-samples");
        for (TaskScores task : scores) {
            ObjectNode metrics = results.putObject(task.task().name());
            for (SuiteMetric metric : task.task().metrics()) {
                TaskScores.Score score = task.score(metric);
                put(metrics, metric.word(), score.value());
                put(metrics, metric.word() + "_stderr", score.stderr());
                ArrayNode interval = metrics.putArray(metric.word() + "_interval");
                interval.add(score.interval().low()).add(score.interval().high());
            }
            shots.put(task.task().name(), task.task().shots().count());
            samples.put(task.task().name(), task.documents());
        }
        return root;
    }

    /** JSON has no number for what is none. */
    private static void put(ObjectNode into, String key, double value) {
        if (Double.isFinite(value)) {
            into.put(key, value);
        } else {
            into.putNull(key);
        }
    }

    /** A task's documents, a line of JSON each, without their text: what the model made of each answer. */
    public static byte[] samples(TaskScores task) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < task.documents(); i++) {
            ObjectNode line = Json.MAPPER.createObjectNode().put("doc_id", i);
            line.put("place", task.question(i).place());
            if (task.task().output() == OutputType.MULTIPLE_CHOICE) {
                line.put("target", task.question(i).right());
            }
            ArrayNode likelihoods = line.putArray("log_likelihoods");
            for (double likelihood : task.answer(i).logLikelihoods()) {
                likelihoods.add(likelihood);
            }
            if (task.task().output() == OutputType.LOGLIKELIHOOD) {
                line.put("is_greedy", task.answer(i).greedy());
            }
            for (SuiteMetric metric : task.task().metrics()) {
                if (metric.mean()) {
                    line.put(metric.word(), task.value(metric, i));
                }
            }
            try {
                lines.append(Json.MAPPER.writeValueAsString(line)).append('\n');
            } catch (JsonProcessingException impossible) {
                throw new IllegalStateException("a tree", impossible);
            }
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }
}
