package org.weft.trainer.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.model.ClassTally;
import org.weft.trainer.coordinator.Evaluation;
import org.weft.trainer.metrics.MatchCounts;

/** The numbers of an evaluation during training, by the names that {@code finetune.metric} gives them. */
final class ValidationScores {
    private ValidationScores() {}

    /** The loss and, where the task has classes, what {@link FinetuneConfig#metrics} names. */
    static Map<String, Double> of(FinetuneConfig task, Evaluation evaluation) {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put(FinetuneConfig.LOSS, evaluation.loss());
        List<ClassTally> seen = evaluation.classes();
        if (!seen.isEmpty()) {
            int classes =
                    Math.max(task.labels().size(), 1 + seen.get(seen.size() - 1).of());
            MatchCounts all = MatchCounts.of(classes, seen);
            // As the report has them: any number of labels are averaged over all, one label over those that occur.
            MatchCounts counts = task.task().equals(FinetuneConfig.MULTILABEL) ? all : all.present();
            task.metrics().stream()
                    .filter(metric -> !metric.equals(FinetuneConfig.LOSS))
                    .forEach(metric -> scores.put(metric, score(metric, counts)));
        }
        return scores;
    }

    private static double score(String metric, MatchCounts counts) {
        return switch (metric) {
            case "accuracy", "exact_match" -> counts.micro().recall();
            case "f1_micro" -> counts.micro().f1();
            case "f1_macro" -> counts.macro().f1();
            default -> throw new IllegalArgumentException("metric=" + metric);
        };
    }
}
