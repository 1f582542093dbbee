package org.weft.trainer.cluster;

import org.weft.trainer.coordinator.Evaluation;
import org.weft.trainer.coordinator.RunListener;
import org.weft.trainer.coordinator.RunPlan;
import org.weft.trainer.report.MetricsLog;

/** Writes steps and evaluations into {@code metrics.jsonl}. For the files' thread. */
record LoggedMetrics(RunPlan plan, MetricsLog metrics) implements RunListener {

    @Override
    public void stepDone(Step step) {
        metrics.step(step, plan.utilisation(step.tokensPerSecond(), step.peakFlops()));
    }

    @Override
    public void evaluated(int step, Evaluation evaluation) {
        metrics.evaluation(step, ValidationScores.of(plan.config().finetune(), evaluation));
    }
}
