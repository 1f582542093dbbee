package org.weft.driver.run;

import org.weft.coordinator.Evaluation;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.driver.progress.MetricsLog;

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
