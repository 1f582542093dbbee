package org.weft.driver.run;

import org.weft.coordinator.Coordinator;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.RunListener;
import org.weft.core.config.FinetuneConfig;
import org.weft.driver.checkpoint.BestStep;
import org.weft.driver.progress.Progress;

/** Remembers evaluations, and ends a run whose patience they exhaust. For the coordinator's thread. */
final class EarlyStop implements RunListener {
    private final FinetuneConfig task;
    private final BestStep best;
    private final Progress progress;
    private Coordinator coordinator;

    EarlyStop(FinetuneConfig task, BestStep best, Progress progress) {
        this.task = task;
        this.best = best;
        this.progress = progress;
    }

    @Override
    public void begins(Coordinator owner) {
        coordinator = owner;
    }

    @Override
    public void evaluated(int step, Evaluation evaluation) {
        best.evaluated(step, ValidationScores.of(task, evaluation));
        if (best.exhausted()) {
            progress.say(best.account() + ": ending early");
            coordinator.requestStop();
        }
    }
}
