package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.model.ClassTally;
import org.weft.core.protocol.BatchScore;
import org.weft.core.protocol.Message;

/** Evaluations between steps: which parameters, and what their batches come to. */
@Timeout(60)
class EvaluationsTest {
    private final RunHarness run = new RunHarness();

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void evaluatesInBatchOrder() {
        run.with("training.eval_every=1", "training.steps=1");
        run.validationBatches = 3;
        run.startComputing();
        run.runStep();
        Message.EvaluateBatches one = (Message.EvaluateBatches) RunHarness.get(run.pollWork(1));
        Message.EvaluateBatches zero = (Message.EvaluateBatches) RunHarness.get(run.pollWork(0));
        assertThat(zero.firstBatch()).isZero();
        assertThat(zero.batches()).isEqualTo(1);
        assertThat(one.batches()).isEqualTo(2);
        double[] nats = {1e16 / 3, 1.0 / 3, 7};
        ClassTally two = new ClassTally(0, 1, 2, 2);
        ClassTally four = new ClassTally(4, 3, 4, 5);
        evaluated(1, one, score(nats[1], 2, two), score(nats[2], 3, four));
        evaluated(1, one, score(99, 2, two), score(99, 3, four));
        assertThat(run.evaluations).isEmpty();
        evaluated(0, zero, score(nats[0], 1, new ClassTally(0, 0, 1, 1)));
        Evaluation evaluation = RunHarness.take(run.evaluations);
        assertThat(evaluation.loss()).isEqualTo((nats[0] + nats[1] + nats[2]) / 6);
        assertThat(evaluation.classes()).containsExactly(new ClassTally(0, 1, 3, 3), new ClassTally(4, 3, 4, 5));
        run.saveAll(1);
        run.coordinator.checkpointCommitted(1, 1, "/c/1");
        RunHarness.get(run.coordinator.ended());
    }

    /** Evaluated and saved, though neither falls due there: what goes on from here another time was judged here. */
    @Test
    void aRunMayEndBeforeItsLastStep() {
        run.with("training.eval_every=100", "training.steps=100", "checkpoint.every=100");
        run.validationBatches = 1;
        run.endStep = 1;
        run.startComputing();
        run.runStep();
        Message.EvaluateBatches work = (Message.EvaluateBatches) RunHarness.get(run.pollWork(1));
        assertThat(work.step()).isEqualTo(1);
        evaluated(1, work, score(4, 2));
        assertThat(RunHarness.take(run.evaluations).loss()).isEqualTo(2);
        run.saveAll(1);
        run.coordinator.checkpointCommitted(1, 1, "/c/1");
        RunHarness.get(run.coordinator.ended());
    }

    /** A run that was resumed from parameters whose evaluation nobody knows evaluates them before it goes on. */
    @Test
    void evaluatesWhatItStartsFromWhereThatIsNotKnown() {
        run.with("training.eval_every=1", "training.steps=4");
        run.validationBatches = 1;
        run.startStep = 3;
        run.checkpoint = "/c/3";
        run.startEvaluated = false;
        run.startComputing();
        Message.EvaluateBatches work = (Message.EvaluateBatches) RunHarness.get(run.pollWork(1));
        assertThat(work.step()).isEqualTo(3);
        evaluated(1, work, score(5, 2));
        assertThat(RunHarness.take(run.evaluations).loss()).isEqualTo(2.5);
        assertThat(RunHarness.get(run.pollWork(1))).isInstanceOf(Message.ComputeLanes.class);
    }

    @Test
    void lateBatchesAreEvaluatedByThoseWhoAreIdle() {
        run.with("training.eval_every=1", "training.steps=1", "cluster.straggler_ratio=2");
        run.validationBatches = 2;
        run.startComputing();
        run.runStep();
        Message.EvaluateBatches zero = (Message.EvaluateBatches) RunHarness.get(run.pollWork(0));
        Message.EvaluateBatches one = (Message.EvaluateBatches) RunHarness.get(run.pollWork(1));
        run.pass(2_000);
        evaluated(0, zero, score(1, 1));
        assertThat(run.pollWork(0)).isNotDone();
        run.pass(2_500);
        run.awaitNotice("step 1: batches " + one.firstBatch() + "-" + one.firstBatch()
                + " of worker 1 (executor w1, host host-1)" + " are late; others compute them too");
        Message.EvaluateBatches again = (Message.EvaluateBatches) RunHarness.get(run.pollWork(0));
        assertThat(again.firstBatch()).isEqualTo(one.firstBatch());
        evaluated(0, again, score(3, 1));
        assertThat(RunHarness.take(run.evaluations).loss()).isEqualTo(2);
    }

    @Test
    void anEvaluationOfNothingEndsTheRun() {
        run.with("training.eval_every=1", "training.steps=1");
        run.validationBatches = 1;
        run.startComputing();
        run.runStep();
        Message.EvaluateBatches work = (Message.EvaluateBatches) RunHarness.get(run.pollWork(1));
        evaluated(1, work, score(0, 0));
        assertThat(run.failure()).hasMessageStartingWith("the evaluation of step 1 had nothing to predict");
    }

    private static BatchScore score(double loss, double targets, ClassTally... classes) {
        return new BatchScore(loss, targets, classes);
    }

    private void evaluated(int worker, Message.EvaluateBatches work, BatchScore... batches) {
        run.call(new Message.BatchesEvaluated(
                worker, run.workers.get(worker), work.generation(), work.step(), work.firstBatch(), batches));
    }
}
