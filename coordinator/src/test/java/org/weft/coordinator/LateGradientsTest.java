package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.model.ClassTally;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BatchScore;
import org.weft.core.protocol.Message;

/** Two steps that are open at once: who gets which lanes of which, and when each is decided. */
@Timeout(60)
class LateGradientsTest {
    private final RunHarness run = new RunHarness().with("sync.delay=1", "cluster.servers=1", "cluster.workers=2");

    @AfterEach
    void close() {
        run.close();
    }

    /** As a worker does that goes on before its lanes are acknowledged. */
    private CompletableFuture<Message> goOn(int worker, Message.ComputeLanes computed) {
        return run.send(new Message.PollWork(worker, run.workers.get(worker), computed.ticket()));
    }

    private Message.ComputeLanes next(int worker, Message.ComputeLanes computed) {
        return (Message.ComputeLanes) RunHarness.get(goOn(worker, computed));
    }

    private void done(int worker, Message.ComputeLanes work) {
        run.lanesDone(worker, work, RunHarness.losses(work.span()));
    }

    private void reduced(int step) {
        RunHarness.Server server = run.servers.get(0);
        BucketRange range = run.pushes().range(server.range());
        double[] squares = new double[range.count()];
        Arrays.fill(squares, 1);
        run.call(new Message.ShardReduced(
                server.shard, server.incarnation, server.generation, step, range.first(), squares));
    }

    private int applied() {
        return ((Message.ApplyStep) run.servers.get(0).order()).step();
    }

    /** Up to and with the last of them there is one step at a time; then the next is taken at the same version. */
    @Test
    void nothingIsLateWhileTheRunWarmsUp() {
        run.with("sync.warmup_steps=2");
        run.startComputing();
        Message.ComputeLanes zero = run.work(0);
        assertThat(goOn(0, zero)).as("step 1 is not late").isNotDone();
        Message.ComputeLanes other = run.work(1);
        done(0, zero);
        done(1, other);
        reduced(0);
        assertThat(applied()).isZero();
        Message.ComputeLanes one = run.work(1);
        assertThat(one.step()).isEqualTo(1);
        Message.ComputeLanes two = next(1, one);
        assertThat(two.step()).as("taken at version 1, as step 1 is").isEqualTo(2);
        assertThat(goOn(1, two)).as("two are open, not three").isNotDone();
    }

    @Test
    void theNextStepBeginsWhileTheSumsOfThisOneAreOnTheirWay() {
        run.startComputing();
        Message.ComputeLanes zero = run.work(0);
        Message.ComputeLanes one = run.work(1);
        assertThat(run.work(0))
                .as("an answer that was lost")
                .usingRecursiveComparison()
                .isEqualTo(zero);
        Message.ComputeLanes later = next(0, zero);
        assertThat(later.step()).isEqualTo(1);
        assertThat(goOn(0, later)).as("two are open, not three").isNotDone();
        done(0, zero);
        done(0, later);
        done(1, one);
        Message.ComputeLanes laterOne = next(1, one);
        assertThat(laterOne.step()).isEqualTo(1);
        done(1, laterOne);
        reduced(1);
        assertThat(run.steps).isEmpty();
        reduced(0);
        assertThat(applied()).isZero();
        assertThat(applied()).as("complete before it was its turn").isEqualTo(1);
        assertThat(run.work(0).step()).isEqualTo(2);
    }

    /** What a worker had computed nobody reports when it is gone, whether or not another comes in its place. */
    @Test
    void lanesOnTheirWayFromALostWorkerAreComputedAgain() {
        run.with("cluster.rebalance_after=60").startComputing();
        Message.ComputeLanes zero = run.work(0);
        Message.ComputeLanes one = run.work(1);
        next(0, zero);
        done(1, one);
        run.coordinator.executorLost("w0", "gone");
        Message.ComputeLanes again = next(1, one);
        assertThat(again.step()).isZero();
        assertThat(again.span()).isEqualTo(zero.span());
    }

    /** An evaluation that ends the run ends it at the step after, however far that one is. */
    @Test
    void anEarlyStopDoesNotDependOnWhatIsCompleteAlready() {
        run.with("training.eval_every=1", "training.steps=9");
        run.validationBatches = 1;
        run.stopAtEvaluation = true;
        run.startComputing();
        Message.ComputeLanes zero = run.work(0);
        Message.ComputeLanes one = run.work(1);
        Message.ComputeLanes laterZero = next(0, zero);
        Message.ComputeLanes laterOne = next(1, one);
        done(0, zero);
        done(1, one);
        reduced(0);
        assertThat(applied()).isZero();
        done(0, laterZero);
        done(1, laterOne);
        reduced(1); // Step 1 is complete before the parameters of version 1 are evaluated.
        Message.EvaluateBatches evaluate = (Message.EvaluateBatches) RunHarness.get(goOn(1, laterOne));
        run.call(new Message.BatchesEvaluated(
                1, run.workers.get(1), evaluate.generation(), evaluate.step(), 0, new BatchScore[] {
                    new BatchScore(1, 1, new ClassTally[0])
                }));
        Message.ApplyStep last = (Message.ApplyStep) run.servers.get(0).order();
        assertThat(last.step()).isEqualTo(1);
        assertThat(last.save()).as("the last").isTrue();
        run.saveAll(2);
        run.coordinator.checkpointCommitted(1, 2, "/c/2");
        RunHarness.get(run.coordinator.ended());
    }

    @Test
    void roundsEndAtMultiplesOfTheirStepsAndWithTheRun() {
        run.with("sync.delay=0", "sync.mode=local", "sync.steps=4", "training.steps=6", "checkpoint.every=4");
        run.startComputing();
        for (int[] round : new int[][] {{0, 4}, {4, 6}}) {
            run.computeAll(0, 1);
            reduced(round[0]);
            Message.ApplyStep apply = (Message.ApplyStep) run.servers.get(0).order();
            assertThat(apply.step()).isEqualTo(round[0]);
            assertThat(apply.next()).isEqualTo(round[1]);
            assertThat(apply.scale()).as("clipped by its lanes").isEqualTo(1f);
            RunListener.Step step = RunHarness.take(run.steps);
            assertThat(step.gradientNorm()).as("without the moments").isEqualTo(Math.sqrt(3));
            assertThat(step.step()).isEqualTo(round[1]);
            assertThat(step.tokens()).isEqualTo(64L * (round[1] - round[0]));
            run.saveAll(round[1]);
            run.coordinator.checkpointCommitted(1, round[1], "/c/" + round[1]);
        }
        RunHarness.get(run.coordinator.ended());
    }

    /** A step before the first round is one by itself, and its gradient is clipped. */
    @Test
    void roundsBeginAfterTheWarmup() {
        run.with("sync.delay=0", "sync.mode=local", "sync.steps=4", "sync.warmup_steps=2", "training.steps=6");
        run.with("checkpoint.every=4");
        run.startComputing();
        for (int[] round : new int[][] {{0, 1}, {1, 2}, {2, 4}, {4, 6}}) {
            run.computeAll(0, 1);
            reduced(round[0]);
            Message.ApplyStep apply = (Message.ApplyStep) run.servers.get(0).order();
            assertThat(apply.step()).isEqualTo(round[0]);
            assertThat(apply.next()).isEqualTo(round[1]);
            assertThat(apply.scale()).isEqualTo(round[0] < 2 ? (float) (1 / (Math.sqrt(3) + 1e-6)) : 1f);
            assertThat(RunHarness.take(run.steps).tokens()).isEqualTo(64L * (round[1] - round[0]));
            if (round[1] >= 4) {
                run.saveAll(round[1]);
                run.coordinator.checkpointCommitted(1, round[1], "/c/" + round[1]);
            }
        }
        RunHarness.get(run.coordinator.ended());
    }
}
