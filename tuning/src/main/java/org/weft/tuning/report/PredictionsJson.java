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

    private record ClassRow(int label, double[] probabilities) {}

    private record LabelsRow(boolean[] labels, double[] probabilities) {}

    /** The file's content as a tree. */
    public static ObjectNode tree(Predictions predictions) {
        ObjectNode root = JSON.createObjectNode().put("task", predictions.task());
        if (names(predictions) != null) {
            names(predictions).forEach(root.putArray("names")::add);
        }
        ArrayNode rows = root.putArray("rows");
        for (int row = 0; row < predictions.rows(); row++) {
            rows.add(JSON.<JsonNode>valueToTree(row(predictions, row)));
        }
        return root;
    }

    private static List<String> names(Predictions predictions) {
        if (predictions instanceof ClassPredictions classes) {
            return classes.classes();
        }
        if (predictions instanceof MultiLabelPredictions labels) {
            return labels.names();
        }
        return predictions instanceof TagPredictions tags ? tags.scheme().tags() : null;
    }

    private static Object row(Predictions predictions, int row) {
        if (predictions instanceof ClassPredictions classes) {
            double[] probabilities = new double[classes.classes().size()];
            for (int i = 0; i < probabilities.length; i++) {
                probabilities[i] = classes.probability(row, i);
            }
            return new ClassRow(classes.label(row), probabilities);
        }
        if (predictions instanceof MultiLabelPredictions labels) {
            int width = labels.names().size();
            LabelsRow of = new LabelsRow(new boolean[width], new double[width]);
            for (int i = 0; i < width; i++) {
                of.labels()[i] = labels.has(row, i);
                of.probabilities()[i] = labels.probability(row, i);
            }
            return of;
        }
        if (predictions instanceof RegressionPredictions numbers) {
            return new RegressionPredictions.Row(numbers.label(row), numbers.prediction(row));
        }
        if (predictions instanceof AnswerPredictions answers) {
            return answers.row(row);
        }
        if (predictions instanceof TagPredictions tags) {
            return tags.row(row);
        }
        if (predictions instanceof ChoicePredictions choices) {
            return choices.row(row);
        }
        return ((LanguagePredictions) predictions).row(row);
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
            case "single_label_classification" -> classes(names, rows(rows, ClassRow.class));
            case "multi_label_classification" -> labels(names, rows(rows, LabelsRow.class));
            case "regression" -> RegressionPredictions.of(rows(rows, RegressionPredictions.Row.class));
            case "question_answering" -> AnswerPredictions.of(rows(rows, AnswerPredictions.Row.class));
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

    private static Predictions classes(List<String> names, List<ClassRow> rows) {
        double[] probabilities = flat(rows.stream().map(ClassRow::probabilities).toList(), names.size());
        return ClassPredictions.of(
                names, rows.stream().mapToInt(ClassRow::label).toArray(), probabilities);
    }

    private static Predictions labels(List<String> names, List<LabelsRow> rows) {
        double[] probabilities =
                flat(rows.stream().map(LabelsRow::probabilities).toList(), names.size());
        boolean[] labels = new boolean[probabilities.length];
        for (int row = 0; row < rows.size(); row++) {
            boolean[] of = rows.get(row).labels();
            checkWidth(of.length, names.size(), row);
            System.arraycopy(of, 0, labels, row * names.size(), names.size());
        }
        return MultiLabelPredictions.of(names, labels, probabilities);
    }

    private static double[] flat(List<double[]> rows, int width) {
        double[] values = new double[rows.size() * width];
        for (int row = 0; row < rows.size(); row++) {
            checkWidth(rows.get(row).length, width, row);
            System.arraycopy(rows.get(row), 0, values, row * width, width);
        }
        return values;
    }

    private static void checkWidth(int given, int width, int row) {
        if (given != width) {
            throw invalid("row " + row + " has " + given + " values for " + width + " names");
        }
    }
}
