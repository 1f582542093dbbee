package org.weft.trainer.cluster;

import org.weft.core.config.FinetuneConfig;
import org.weft.trainer.checkpoint.BestStep;
import org.weft.trainer.coordinator.Coordinator;
import org.weft.trainer.coordinator.Evaluation;
import org.weft.trainer.coordinator.RunListener;
import org.weft.trainer.report.Progress;

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
