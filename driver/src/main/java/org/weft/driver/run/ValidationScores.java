package org.weft.driver.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.coordinator.Evaluation;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.HeadKind;
import org.weft.core.config.Metric;
import org.weft.core.model.ClassTally;
import org.weft.core.scores.MatchCounts;
import org.weft.core.scores.PreferenceScores;
import org.weft.core.scores.text.TextMatches;

/** The numbers of an evaluation during training, by the names that {@code finetune.metric} gives them. */
final class ValidationScores {
    private ValidationScores() {}

    /** The loss, that of each source, and of generated texts their scores, where the task has classes what {@link HeadKind#counted} names. */
    static Map<String, Double> of(FinetuneConfig task, Evaluation evaluation) {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put(Metric.LOSS.word(), evaluation.loss());
        evaluation.bySource().forEach((source, loss) -> scores.put(Metric.LOSS.word() + "_" + source, loss));
        List<ClassTally> seen = evaluation.classes();
        if (task.judgesTexts()) {
            TextMatches.of(seen).scores().forEach((metric, score) -> scores.put(metric.word(), score));
        } else if (task.task() == TaskName.PREFERENCE) {
            scores.putAll(PreferenceScores.of(seen).means());
        } else if (!seen.isEmpty()) {
            int classes =
                    Math.max(task.labels().size(), 1 + seen.get(seen.size() - 1).of());
            MatchCounts all = MatchCounts.of(classes, seen);
            HeadKind head = task.task().head();
            // As the report has them: any number of labels are averaged over all, one label over those that occur.
            MatchCounts counts = head.exclusive() ? all.present() : all;
            head.counted().forEach(metric -> scores.put(metric.word(), score(metric, counts)));
        }
        return scores;
    }

    private static double score(Metric metric, MatchCounts counts) {
        return switch (metric) {
            case ACCURACY, EXACT_MATCH -> counts.micro().recall();
            case F1_MICRO -> counts.micro().f1();
            case F1_MACRO -> counts.macro().f1();
            default -> throw new IllegalArgumentException(metric.word() + " is no metric of classes");
        };
    }
}
