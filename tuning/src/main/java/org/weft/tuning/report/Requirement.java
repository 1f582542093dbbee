package org.weft.tuning.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.tuning.metrics.ClassPredictions;
import org.weft.tuning.metrics.Fairness;
import org.weft.tuning.metrics.MultiLabelPredictions;

/**
 * What an evaluation must come to for a model to pass: a gap, an error or a loss at most so much, another metric at least.
 *
 * @param name of a gap or metric
 * @param bound that it may just reach
 */
public record Requirement(String name, double bound) {
    /** Metrics of which less is better, besides the gaps. */
    private static final Set<String> ERRORS =
            Set.of("log_loss", "brier_score", "expected_calibration_error", "hamming_loss", Fairness.CLASS_RECALL);

    private static final MathContext SHOWN = new MathContext(6);

    /**
     * Reads {@code NAME=VALUE}.
     *
     * @param option that it was given by, for errors
     * @throws WeftException where it is something else, or nothing that the task's evaluation finds out
     */
    public static Requirement parse(String option, String text, TaskName task) {
        int sign = text.indexOf('=');
        if (sign < 1) {
            throw WeftException.usage(
                    option + " " + text + " is not NAME=VALUE", "write it as " + Fairness.MAX_GAP + "=0.05");
        }
        String name = text.substring(0, sign);
        Set<String> known = known(option, task);
        if (!known.contains(name)) {
            throw WeftException.usage(
                    option + " " + text + ": no gap or metric of finetune.task=" + task.word() + " is called " + name,
                    "there are: " + String.join(", ", known));
        }
        double bound = number(option, text, text.substring(sign + 1));
        boolean gap = Fairness.OF_GROUPS.contains(name) || name.equals(Fairness.CLASS_RECALL);
        if (gap && !(bound >= 0 && bound <= 1)) {
            throw WeftException.usage(
                    option + " " + text + ": a gap is from 0 to 1", "say how large it may be at most");
        }
        return new Requirement(name, bound);
    }

    private static double number(String option, String text, String value) {
        try {
            double bound = Double.parseDouble(value);
            if (Double.isFinite(bound)) {
                return bound;
            }
        } catch (NumberFormatException none) {
            // Falls through to the one error.
        }
        throw WeftException.usage(option + " " + text + ": " + value + " is no finite number", "give one such as 0.05");
    }

    /** All that can be required, gaps first. Of classification some metrics are of two classes, others of more. */
    private static Set<String> known(String option, TaskName task) {
        Set<String> names = new LinkedHashSet<>(Fairness.OF_GROUPS);
        names.add(Fairness.CLASS_RECALL);
        switch (task) {
            case CLASSIFICATION -> {
                for (List<String> classes : List.of(List.of("a", "b"), List.of("a", "b", "c"))) {
                    names.addAll(ClassPredictions.ofRows(classes, List.of())
                            .metrics()
                            .keySet());
                }
            }
            case MULTILABEL ->
                names.addAll(MultiLabelPredictions.ofRows(List.of("a"), List.of())
                        .metrics()
                        .keySet());
            default ->
                throw WeftException.usage(
                        option + " is for models of finetune.task=classification and multilabel, not "
                                + (task == TaskName.NONE ? "of language" : task.word()),
                        "leave it out, and compare the metrics of results.json");
        }
        return names;
    }

    /** Whether it needs to be known which group a row is of. */
    public boolean ofGroups() {
        return Fairness.OF_GROUPS.contains(name);
    }

    private boolean atMost() {
        return ofGroups() || ERRORS.contains(name);
    }

    /** How a value misses it; empty where it does not. What has no value, passes nothing. */
    Optional<String> missedBy(double value) {
        if (!Double.isFinite(value)) {
            return Optional.of(name + " has no value");
        }
        double beyond = atMost() ? value - bound : bound - value;
        return beyond <= 0
                ? Optional.empty()
                : Optional.of(name + "=" + shown(value) + " is " + shown(beyond) + (atMost() ? " above " : " below ")
                        + shown(bound));
    }

    private static String shown(double value) {
        return new BigDecimal(value).round(SHOWN).stripTrailingZeros().toPlainString();
    }

    /**
     * Fails where a report misses any of some.
     *
     * @param option that they were given by
     * @param directory where the report stands
     * @throws WeftException that names all that it misses, and by how much
     */
    public static void check(
            String option, Collection<Requirement> requirements, EvaluationReport report, String directory) {
        Map<String, Double> gaps =
                report.fairness() == null ? Map.of() : report.fairness().gaps();
        List<String> missed = new ArrayList<>();
        for (Requirement requirement : requirements) {
            double value = gaps.getOrDefault(
                    requirement.name(), report.metrics().getOrDefault(requirement.name(), Double.NaN));
            requirement.missedBy(value).ifPresent(missed::add);
        }
        if (!missed.isEmpty()) {
            throw WeftException.invalidData(
                    option + " is not met: " + String.join("; ", missed),
                    "the results are written: " + directory
                            + "/results.json; for gaps see finetune.reweighing and finetune.sampling");
        }
    }
}
