package org.weft.tuning.finetune;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.ChoicePredictions;
import org.weft.tuning.metrics.ClassPredictions;
import org.weft.tuning.metrics.MultiLabelPredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.RegressionPredictions;
import org.weft.tuning.metrics.TagPredictions;
import org.weft.tuning.metrics.TagScheme;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;

/** What is right of one row and what a model said. */
public sealed interface Judgement extends Serializable {

    /** One of C classes. */
    record OfClass(int label, double[] probabilities) implements Judgement {}

    /** Any of L labels. */
    record OfLabels(boolean[] labels, double[] probabilities) implements Judgement {}

    /** A number. */
    record OfValue(double label, double value) implements Judgement {}

    /** A tag for each word. */
    record OfTags(int[] labels, int[] predicted) implements Judgement {}

    /** A text, beside those that are right. */
    record OfAnswer(String prediction, List<String> answers) implements Judgement {}

    /** A question's choices with their likelihoods. */
    record OfChoice(ChoicePredictions.Row row) implements Judgement {}

    /** A tag that the model did not give, because the word was cut off, counts as outside of everything. */
    String OUTSIDE = "O";

    static Judgement of(WeftConfig config, Fields row, Prediction prediction) {
        List<String> labels = config.finetune().labels();
        String labelColumn = config.dataset().labelColumn();
        if (prediction instanceof Prediction.Label label) {
            return new OfClass(index(labels, row.text(labelColumn), labelColumn), label.probabilities());
        }
        if (prediction instanceof Prediction.LabelSet set) {
            boolean[] right = new boolean[labels.size()];
            row.strings(labelColumn).forEach(name -> right[index(labels, name, labelColumn)] = true);
            return new OfLabels(right, set.probabilities());
        }
        if (prediction instanceof Prediction.Value value) {
            return new OfValue(row.number(labelColumn), value.value());
        }
        if (prediction instanceof Prediction.Tags tags) {
            return ofTags(labels, row.strings(config.dataset().tagsColumn()), tags.tags(), config);
        }
        if (prediction instanceof Prediction.Answer answer) {
            return new OfAnswer(answer.text(), answers(row.get(config.dataset().answersColumn())));
        }
        throw new IllegalStateException("a prediction of no kind: " + prediction);
    }

    private static Judgement ofTags(List<String> labels, List<String> right, List<String> said, WeftConfig config) {
        int outside = Math.max(0, labels.indexOf(OUTSIDE));
        int[] expected = new int[right.size()];
        int[] predicted = new int[right.size()];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = index(labels, right.get(i), config.dataset().tagsColumn());
            predicted[i] = i >= said.size() || said.get(i).isEmpty() ? outside : labels.indexOf(said.get(i));
        }
        return new OfTags(expected, predicted);
    }

    private static int index(List<String> labels, String label, String column) {
        int index = labels.indexOf(label);
        if (index < 0) {
            throw WeftException.invalidData(
                    "unknown label " + label + " in column " + column + ": the model knows "
                            + String.join(", ", labels),
                    "mend the row, or fine-tune with that label among the training examples");
        }
        return index;
    }

    /** A text, an array of texts, or SQuAD's {text: [...]}; none where there is no answer. */
    private static List<String> answers(Object column) {
        Object given = Fields.parsed(column);
        Object value = given instanceof Map<?, ?> map ? map.get("text") : given;
        List<String> answers = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(answer -> answers.add(String.valueOf(answer)));
        } else if (value != null && !value.toString().isEmpty()) {
            answers.add(value.toString());
        }
        return answers;
    }

    /** The rows of an evaluation; all judgements are of the configured task. */
    static Predictions predictions(WeftConfig config, List<Judgement> judgements) {
        List<String> labels = config.finetune().labels();
        return switch (config.finetune().task()) {
            case FinetuneConfig.CLASSIFICATION -> classes(labels, judgements);
            case FinetuneConfig.MULTILABEL -> labelSets(labels, judgements);
            case FinetuneConfig.REGRESSION ->
                RegressionPredictions.of(judgements.stream()
                        .map(OfValue.class::cast)
                        .map(one -> new RegressionPredictions.Row(one.label(), one.value()))
                        .toList());
            case FinetuneConfig.TOKENS ->
                TagPredictions.of(
                        new TagScheme(labels),
                        judgements.stream()
                                .map(OfTags.class::cast)
                                .map(one -> new TagPredictions.Row(one.labels(), one.predicted()))
                                .toList());
            default ->
                AnswerPredictions.of(judgements.stream()
                        .map(OfAnswer.class::cast)
                        .map(one -> new AnswerPredictions.Row(one.prediction(), one.answers()))
                        .toList());
        };
    }

    static Predictions choices(List<Judgement> judgements) {
        return ChoicePredictions.of(
                judgements.stream().map(OfChoice.class::cast).map(OfChoice::row).toList());
    }

    private static Predictions classes(List<String> labels, List<Judgement> judgements) {
        int[] right = new int[judgements.size()]; // (N)
        double[] probabilities = new double[judgements.size() * labels.size()]; // (N, C)
        for (int i = 0; i < right.length; i++) {
            OfClass one = (OfClass) judgements.get(i);
            right[i] = one.label();
            System.arraycopy(one.probabilities(), 0, probabilities, i * labels.size(), labels.size());
        }
        return ClassPredictions.of(labels, right, probabilities);
    }

    private static Predictions labelSets(List<String> labels, List<Judgement> judgements) {
        boolean[] right = new boolean[judgements.size() * labels.size()]; // (N, L)
        double[] probabilities = new double[right.length]; // (N, L)
        for (int i = 0; i < judgements.size(); i++) {
            OfLabels one = (OfLabels) judgements.get(i);
            System.arraycopy(one.labels(), 0, right, i * labels.size(), labels.size());
            System.arraycopy(one.probabilities(), 0, probabilities, i * labels.size(), labels.size());
        }
        return MultiLabelPredictions.of(labels, right, probabilities);
    }
}
