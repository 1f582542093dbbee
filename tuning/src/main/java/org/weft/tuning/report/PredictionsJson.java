package org.weft.tuning.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.ChoicePredictions;
import org.weft.tuning.metrics.ClassPredictions;
import org.weft.tuning.metrics.LanguagePredictions;
import org.weft.tuning.metrics.MultiLabelPredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.RegressionPredictions;
import org.weft.tuning.metrics.TagPredictions;
import org.weft.tuning.metrics.TagScheme;
import org.weft.tuning.metrics.TextPredictions;

/**
 * Predictions as {@code predictions.json}, from which anyone can compute the metrics again: {@code task}, {@code names} of
 * classes, labels or tags where the task has them, and {@code rows}, one object each with the keys of the task's row in
 * snake_case.
 */
public final class PredictionsJson {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** Characters of a row in an error. */
    private static final int SHOWN = 120;

    private PredictionsJson() {}

    /** The file's content as a tree. */
    public static ObjectNode tree(Predictions predictions) {
        ObjectNode root = JSON.createObjectNode().put("task", predictions.task());
        if (!predictions.names().isEmpty()) {
            predictions.names().forEach(root.putArray("names")::add);
        }
        ArrayNode rows = root.putArray("rows");
        for (int row = 0; row < predictions.rows(); row++) {
            rows.add(JSON.<JsonNode>valueToTree(predictions.row(row)));
        }
        return root;
    }

    /**
     * What {@link #tree} wrote.
     *
     * @throws WeftException where it is something else
     */
    public static Predictions read(JsonNode root) {
        String task = root.path("task").asText();
        List<String> names = new ArrayList<>();
        root.path("names").forEach(name -> names.add(name.asText()));
        JsonNode rows = root.path("rows");
        return switch (task) {
            case "single_label_classification" -> classes(names, rows(rows, ClassPredictions.Row.class));
            case "multi_label_classification" -> labels(names, rows(rows, MultiLabelPredictions.Row.class));
            case "regression" -> RegressionPredictions.of(rows(rows, RegressionPredictions.Row.class));
            case "question_answering" -> AnswerPredictions.of(rows(rows, AnswerPredictions.Row.class));
            case "text_generation" -> TextPredictions.of(rows(rows, AnswerPredictions.Row.class));
            case "token_classification" ->
                TagPredictions.of(new TagScheme(names), rows(rows, TagPredictions.Row.class));
            case "multiple_choice" -> ChoicePredictions.of(rows(rows, ChoicePredictions.Row.class));
            case "language_modeling" -> LanguagePredictions.of(rows(rows, LanguagePredictions.Row.class));
            default -> throw invalid("no task is called \"" + task + "\"");
        };
    }

    private static <T> List<T> rows(JsonNode nodes, Class<T> type) {
        List<T> rows = new ArrayList<>(nodes.size());
        for (JsonNode node : nodes) {
            try {
                rows.add(JSON.treeToValue(node, type));
            } catch (JsonProcessingException ignored) {
                String text = node.toString();
                throw invalid("row " + rows.size() + " is no row of this task: "
                        + text.substring(0, Math.min(SHOWN, text.length())));
            }
        }
        return rows;
    }

    private static WeftException invalid(String what) {
        return WeftException.invalidData(
                "predictions cannot be read: " + what, "give a predictions.json that an evaluation wrote");
    }

    private static Predictions classes(List<String> names, List<ClassPredictions.Row> rows) {
        for (int row = 0; row < rows.size(); row++) {
            checkWidth(rows.get(row).probabilities().length, names.size(), row);
        }
        return ClassPredictions.ofRows(names, rows);
    }

    private static Predictions labels(List<String> names, List<MultiLabelPredictions.Row> rows) {
        for (int row = 0; row < rows.size(); row++) {
            checkWidth(rows.get(row).probabilities().length, names.size(), row);
            checkWidth(rows.get(row).labels().length, names.size(), row);
        }
        return MultiLabelPredictions.ofRows(names, rows);
    }

    private static void checkWidth(int given, int width, int row) {
        if (given != width) {
            throw invalid("row " + row + " has " + given + " values for " + width + " names");
        }
    }
}
