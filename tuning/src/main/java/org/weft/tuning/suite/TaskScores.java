package org.weft.tuning.suite;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.Interval;

/** A task's likelihoods as metrics, over its documents in their order. Immutable. */
public final class TaskScores {
    private final SuiteTask task;
    private final List<Question> questions;
    private final List<Question.Answer> answers;
    private final Map<SuiteMetric, double[][]> values = new EnumMap<>(SuiteMetric.class); // (value | weight, N)
    private final Map<SuiteMetric, Score> scores = new EnumMap<>(SuiteMetric.class);

    /**
     * @param stderr of a mean the sample's standard deviation by the root of N, of others the standard deviation over
     *     resamples; NaN of one document
     * @param interval 95 percent of the resamples
     */
    public record Score(double value, double stderr, Interval interval) {}

    /**
     * @param questions of the task, in the documents' order
     * @param answers to them, in the same
     */
    TaskScores(SuiteTask task, List<Question> questions, List<Question.Answer> answers) {
        this.task = task;
        this.questions = questions;
        this.answers = answers;
        for (SuiteMetric metric : task.metrics()) {
            double[][] each = new double[2][documents()];
            for (int i = 0; i < documents(); i++) {
                each[0][i] = value(metric, questions.get(i), answers.get(i));
                each[1][i] = weight(metric, questions.get(i));
            }
            values.put(metric, each);
            scores.put(metric, score(metric, each));
        }
    }

    public SuiteTask task() {
        return task;
    }

    /** N. */
    public int documents() {
        return questions.size();
    }

    /** One metric of the task's. */
    public Score score(SuiteMetric metric) {
        return scores.get(metric);
    }

    Question question(int document) {
        return questions.get(document);
    }

    Question.Answer answer(int document) {
        return answers.get(document);
    }

    /** What a document has of a metric: 1 for right, or its log-likelihood. */
    double value(SuiteMetric metric, int document) {
        return values.get(metric)[0][document];
    }

    private static double value(SuiteMetric metric, Question question, Question.Answer answer) {
        double[] likelihoods = answer.logLikelihoods();
        return switch (metric) {
            case ACC ->
                question.answers().size() == 1
                        ? right(answer.greedy())
                        : right(largest(likelihoods, text -> 1, question) == question.right());
            case ACC_NORM ->
                right(largest(likelihoods, text -> text.codePointCount(0, text.length()), question)
                        == question.right());
            case ACC_BYTES -> right(largest(likelihoods, TaskScores::bytes, question) == question.right());
            default -> likelihoods[0];
        };
    }

    private static double weight(SuiteMetric metric, Question question) {
        return switch (metric) {
            case WORD_PERPLEXITY -> PythonText.words(question.answers().get(0));
            case BYTE_PERPLEXITY, BITS_PER_BYTE -> bytes(question.answers().get(0));
            default -> 1;
        };
    }

    private static double right(boolean right) {
        return right ? 1 : 0;
    }

    private static double bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The first of the likeliest. */
    private static int largest(double[] likelihoods, ToDoubleFunction<String> length, Question question) {
        int largest = 0;
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < likelihoods.length; i++) {
            double normalized =
                    likelihoods[i] / length.applyAsDouble(question.answers().get(i));
            if (normalized > best) {
                largest = i;
                best = normalized;
            }
        }
        return largest;
    }

    private static Score score(SuiteMetric metric, double[][] each) {
        int documents = each[0].length;
        double value =
                metric.of(Arrays.stream(each[0]).sum(), Arrays.stream(each[1]).sum());
        double[] drawn = Bootstrap.DEFAULT.values(documents, rows -> metric.of(sum(each[0], rows), sum(each[1], rows)));
        double stderr = metric.mean() ? deviation(each[0]) / Math.sqrt(documents) : deviation(drawn);
        return new Score(value, documents == 1 ? Double.NaN : stderr, Bootstrap.DEFAULT.interval(drawn));
    }

    private static double sum(double[] values, int[] rows) {
        return IntStream.of(rows).mapToDouble(row -> values[row]).sum();
    }

    /** Of a sample, by its size less 1. */
    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).sum() / values.length;
        return Math.sqrt(Arrays.stream(values)
                        .map(value -> (value - mean) * (value - mean))
                        .sum()
                / (values.length - 1));
    }
}
