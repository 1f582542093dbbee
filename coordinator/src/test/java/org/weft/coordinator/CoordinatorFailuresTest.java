package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.model.ClassTally;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BatchScore;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;

/** What happens to a run when members, numbers or storage fail. */
@Timeout(60)
class CoordinatorFailuresTest {
    private final RunHarness run = new RunHarness();

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void aSilentWorkersLanesGoToTheOthers() {
        run.startComputing();
        Message.ComputeLanes lost = run.work(1);
        Message.ComputeLanes own = run.work(0);
        run.pass(10_001, "worker 1");
        assertThat(run.awaitNotice("no sign of life"))
                .isEqualTo("worker 1 (executor w1, host host-1) gave no sign of life for 10 s and is given up");
        run.lanesDone(0, own, RunHarness.losses(own.span()));
        assertThat(run.work(0).span()).isEqualTo(lost.span());
        assertThat(run.lanesDone(1, lost, 1, 2))
                .isEqualTo(new Message.Refused("worker 1 incarnation 2 was given up; another attempt has its place"));
        assertThat(run.call(new Message.Heartbeat(Role.WORKER, 1, run.workers.get(1))))
                .isInstanceOf(Message.Refused.class);
        run.lanesDone(0, lost, RunHarness.losses(lost.span()));
        run.servers.forEach(server -> server.reduced(1));
        assertThat(RunHarness.take(run.steps).step()).isEqualTo(1);
    }

    @Test
    void aReplacementTakesTheLanesOfItsEarlierAttempt() {
        run.startComputing();
        CompletableFuture<Message> own = run.pollWork(0);
        Message.ComputeLanes lost = run.work(1);
        int stale = run.workers.get(1);
        run.joinWorker(1);
        assertThat(run.call(new Message.PollWork(1, stale, 0))).isInstanceOf(Message.Refused.class);
        assertThat(run.work(1).span()).isEqualTo(lost.span());
        assertThat(((Message.ComputeLanes) RunHarness.get(own)).span()).isEqualTo(new LaneSpan(0, 2));
        assertThat(run.awaitNotice("in place of")).contains("worker 1", "joined in place of an earlier attempt");
    }

    @Test
    void theHeldPollOfAReplacedAttemptIsRefused() {
        run.start();
        run.joinWorker(0);
        CompletableFuture<Message> held = run.pollWork(0);
        run.joinWorker(0);
        assertThat(RunHarness.get(held)).isInstanceOf(Message.Refused.class);
    }

    @Test
    void abandonedWorkGoesToThoseWhoWait() {
        run.with("cluster.workers=3", "training.lanes=8").startComputing();
        run.computeAll(0, 2);
        CompletableFuture<Message> zero = run.pollWork(0);
        CompletableFuture<Message> two = run.pollWork(2);
        Message.ComputeLanes work = run.work(1);
        run.call(new Message.WorkAbandoned(1, run.workers.get(1), work.generation() - 1, work.step(), "stale"));
        assertThat(zero).isNotDone();
        run.call(new Message.WorkAbandoned(1, run.workers.get(1), work.generation(), work.step(), "server gone"));
        LaneSpan first = ((Message.ComputeLanes) RunHarness.get(zero)).span();
        LaneSpan second = ((Message.ComputeLanes) RunHarness.get(two)).span();
        assertThat(first.first()).isEqualTo(work.span().first());
        assertThat(second.first()).isEqualTo(first.end());
        assertThat(second.end()).isEqualTo(work.span().end());
        assertThat(run.awaitNotice("stale")).contains("worker 1", "dropped its work on step 0: stale");
    }

    @Test
    void anEvenStepAfterALossIsCutForTheLiving() {
        run.startComputing();
        run.pass(10_001, "worker 1");
        run.awaitNotice("no sign of life");
        run.workers.remove(1);
        run.computeAll(0, 0);
        run.servers.forEach(server -> server.reduced(1));
        assertThat(run.work(0).span()).isEqualTo(new LaneSpan(0, 4));
    }

    @Test
    void aReplacedServerStartsAGenerationFromTheLastCommit() {
        run.with("checkpoint.every=1", "training.steps=9");
        run.firstGeneration = 4;
        run.startComputing();
        run.runStep();
        run.saveAll(1);
        run.coordinator.checkpointCommitted(4, 1, "/c/1");
        run.runStep();
        CompletableFuture<Message> order = run.servers.get(0).poll();
        Message.ComputeLanes old = run.work(0);
        run.joinServer(run.servers.get(1));
        assertThat(RunHarness.get(order))
                .usingRecursiveComparison()
                .isEqualTo(new Message.LoadParameters(5, 1, "/c/1", false, new Address[0]));
        assertThat(run.awaitNotice("generation 5"))
                .isEqualTo("generation 5 starts at step 1: server 1 (executor s1, host host) is gone: from /c/1");
        run.lanesDone(0, old, 1, 2); // Of the generation before: of no account.
        run.servers.get(1).saved(2);
        run.coordinator.checkpointCommitted(4, 2, "/c/2");
        run.loadAll();
        assertThat(run.work(0).step()).isEqualTo(1);
        assertThat(run.work(0).generation()).isEqualTo(5);
        assertThat(run.runStep().step()).isEqualTo(1);
    }

    @Test
    void nobodyWorksWhileAServerIsMissing() {
        run.startComputing();
        run.call(new Message.MemberFailed(Role.SERVER, 1, run.servers.get(1).incarnation, 1, "disk full", ""));
        CompletableFuture<Message> work = run.pollWork(0);
        assertThat(run.awaitNotice("failed")).isEqualTo("server 1 failed: disk full");
        run.joinServer(run.servers.get(1));
        assertThat(work).isNotDone();
        run.loadAll();
        assertThat(((Message.ComputeLanes) RunHarness.get(work)).generation()).isEqualTo(2);
    }

    @Test
    void aLossThatIsNoNumberNamesStepAndLaneAndNothingIsApplied() {
        run.with("checkpoint.every=1").startComputing();
        run.runStep();
        run.saveAll(1);
        run.coordinator.checkpointCommitted(1, 1, "/c/1");
        run.servers.forEach(server -> server.reduced(Double.NaN));
        run.computeAll(0);
        run.lanesDone(1, run.work(1), 0.5, Double.NaN);
        WeftException failure = run.failure();
        assertThat(failure).hasMessage("step 1: the loss of lane 3 is NaN; stopped before the update");
        assertThat(((RunDiverged) failure).step()).isEqualTo(1);
        assertThat(failure.hint()).contains("training.learning_rate").endsWith("the last checkpoint is /c/1");
        assertThat(failure.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.servers.get(0).order()).isEqualTo(new Message.RunEnded(failure.getMessage()));
        assertThat(run.steps).hasSize(1);
    }

    @Test
    void aNormThatIsNotFiniteEndsTheRunBeforeTheUpdate() {
        run.startComputing();
        run.computeAll(0, 1);
        run.servers.get(0).reduced(1);
        run.servers.get(1).reduced(Double.POSITIVE_INFINITY);
        assertThat(run.failure())
                .hasMessage("step 0: the gradient's norm is Infinity though every lane's loss is finite;"
                        + " stopped before the update");
        assertThat(run.failure().hint()).endsWith("no checkpoint was written yet");
        assertThat(run.servers.get(0).order()).isInstanceOf(Message.RunEnded.class);
    }

    @Test
    void whoDidNotJoinInTimeIsNamedWithExitStatusFour() {
        run.with("cluster.start_timeout_seconds=5").start();
        run.joinWorker(1);
        run.joinServer(run.servers.get(0));
        run.clockMillis.addAndGet(5_001);
        WeftException failure = run.failure();
        assertThat(failure).hasMessage("gave up after 5 s: the run waits for server 1, worker 0 to join");
        assertThat(failure.status()).isEqualTo(ExitStatus.CLUSTER);
        assertThat(failure.hint()).contains("cluster.start_timeout_seconds");
    }

    @Test
    void aServerThatDoesNotLoadIsNamed() {
        run.with("cluster.step_timeout_seconds=5").start();
        run.joinWorker(0);
        run.joinWorker(1);
        run.servers.forEach(run::joinServer);
        run.servers.forEach(RunHarness.Server::order);
        run.servers.get(0).loaded();
        run.pass(5_001);
        assertThat(run.failure())
                .hasMessage("gave up after 5 s: the run waits for server 1 (executor s1, host host) to load step 0");
    }

    @Test
    void aLateStepNamesWorkersAndTheirLanes() {
        run.with("cluster.step_timeout_seconds=5").startComputing();
        run.computeAll(0);
        run.work(1);
        run.pass(5_001);
        assertThat(run.failure())
                .hasMessage("gave up after 5 s: the run step 0 waits for lanes 2-3 of worker 1"
                        + " (executor w1, host host-1)");
    }

    @Test
    void aLateServerIsNamed() {
        run.with("cluster.step_timeout_seconds=5").startComputing();
        run.computeAll(0, 1);
        run.servers.get(0).reduced(1);
        run.pass(5_001);
        assertThat(run.failure())
                .hasMessageEndingWith("step 0 waits for the sums of server 1 (executor s1, host host)");
    }

    @Test
    void lanesThatNobodyTakesAreNamed() {
        run.with("cluster.step_timeout_seconds=30").startComputing();
        run.computeAll(0);
        run.work(1);
        run.pass(10_001, "worker 1");
        run.awaitNotice("no sign of life");
        run.workers.remove(1);
        run.pass(9_999);
        run.pass(9_999);
        run.pass(9_999);
        assertThat(run.failure())
                .hasMessageEndingWith("step 0 waits for a worker that takes over lanes; absent: worker 1");
    }

    @Test
    void aRunThatWaitsSaysForWhom() {
        run.with("cluster.straggler_ratio=0").startComputing();
        run.computeAll(0);
        run.work(1);
        run.pass(30_000);
        run.awaitNotice("step 0 waits 30 s for lanes 2-3 of worker 1 (executor w1, host host-1)");
        run.pass(31_000);
        run.awaitNotice("step 0 waits 61 s for lanes 2-3 of worker 1 (executor w1, host host-1)");
    }

    @Test
    void aLateEvaluationAndALateCheckpointAreNamed() {
        run.with("cluster.step_timeout_seconds=5", "training.eval_every=1", "training.steps=1");
        run.validationBatches = 2;
        run.startComputing();
        run.runStep();
        run.pass(5_001);
        assertThat(run.failure())
                .hasMessageContaining("step 1 waits for the evaluation of batches 0-0 of worker 0")
                .hasMessageContaining("batches 1-1 of worker 1");
    }

    @Test
    void aLastCheckpointThatIsNeverCommittedEndsTheRun() {
        run.with("checkpoint.save_timeout_seconds=5", "training.steps=1").startComputing();
        run.runStep();
        run.pass(5_001);
        String overdue = "it was not written within checkpoint.save_timeout_seconds=5";
        assertThat(RunHarness.take(run.failedCheckpoints)).isEqualTo("1: " + overdue);
        run.pass(5_001);
        assertThat(run.failure()).hasMessage("the last checkpoint (step 1) could not be written: " + overdue);
    }

    @Test
    void aFailedCheckpointDoesNotStopTraining() {
        run.with("checkpoint.every=1").startComputing();
        run.runStep();
        RunHarness.Server server = run.servers.get(0);
        run.call(new Message.ShardSaveFailed(0, server.incarnation, 1, 1, "disk full"));
        run.call(new Message.ShardSaveFailed(1, run.servers.get(1).incarnation, 1, 1, "disk full"));
        assertThat(RunHarness.take(run.failedCheckpoints)).isEqualTo("1: server 0: disk full");
        assertThat(run.failedCheckpoints).isEmpty();
        assertThat(run.runStep().save()).isTrue();
        run.coordinator.checkpointFailed(1, 2, "manifest");
        assertThat(RunHarness.take(run.failedCheckpoints)).isEqualTo("2: manifest");
        assertThat(run.runStep().save()).isTrue();
        assertThat(run.coordinator.ended()).isNotDone();
    }

    @Test
    void aCheckpointThatFailedIsMadeUpForAtALaterStep() {
        run.with("checkpoint.every=2", "training.steps=9").startComputing();
        run.runStep();
        assertThat(run.runStep().save()).isTrue();
        run.call(new Message.ShardSaveFailed(0, run.servers.get(0).incarnation, 1, 2, "disk full"));
        RunHarness.take(run.failedCheckpoints);
        run.pass(CheckpointLedger.RETRY_PAUSE_MILLIS);
        assertThat(run.runStep().save()).isTrue();
        run.saveAll(3);
        run.coordinator.checkpointCommitted(1, 3, "/c/3");
        assertThat(run.runStep().save()).isTrue();
        run.saveAll(4);
        run.coordinator.checkpointCommitted(1, 4, "/c/4");
        assertThat(run.runStep().save()).isFalse();
    }

    @Test
    void theLastCheckpointIsTriedAgain() {
        run.with("training.steps=1").startComputing();
        run.runStep();
        run.call(new Message.ShardSaveFailed(0, run.servers.get(0).incarnation, 1, 1, "disk full"));
        RunHarness.take(run.failedCheckpoints);
        run.pass(CheckpointLedger.RETRY_PAUSE_MILLIS);
        run.awaitNotice("generation 2 starts at step 1: the last checkpoint is tried again");
        for (RunHarness.Server server : run.servers) {
            assertThat(((Message.AdoptGeneration) server.order()).save()).isTrue();
            server.loaded();
            server.saved(1);
        }
        assertThat(RunHarness.take(run.written)).hasSize(2);
        run.coordinator.checkpointCommitted(2, 1, "/c/1");
        RunHarness.get(run.coordinator.ended());
    }

    @Test
    void aLastCheckpointThatKeepsFailingEndsTheRun() {
        run.with("training.steps=1", "training.eval_every=1", "checkpoint.save_timeout_seconds=5");
        run.validationBatches = 1;
        run.startComputing();
        run.runStep();
        run.coordinator.checkpointFailed(1, 1, "manifest");
        RunHarness.take(run.failedCheckpoints);
        Message.EvaluateBatches work = (Message.EvaluateBatches) RunHarness.get(run.pollWork(1));
        run.pass(5_001);
        BatchScore[] scores = {new BatchScore(1, 1, new ClassTally[0])};
        run.call(new Message.BatchesEvaluated(1, run.workers.get(1), 1, 1, work.firstBatch(), scores));
        run.pass(1);
        assertThat(run.failure()).hasMessage("the last checkpoint (step 1) could not be written: manifest");
    }

    @Test
    void storageThatHangsHoldsAStepUpForTheTimeOfASaveAlone() {
        run.with(
                        "training.steps=4",
                        "checkpoint.every=1",
                        "checkpoint.save_timeout_seconds=20",
                        "cluster.step_timeout_seconds=5",
                        "cluster.straggler_ratio=0")
                .startComputing();
        run.runStep();
        run.sumStep();
        run.awaitNotice("step 2 is to be saved, and waits until the checkpoint of step 1 is written");
        run.pass(9_000);
        run.pass(9_000);
        assertThat(run.coordinator.ended())
                .as("cluster.step_timeout_seconds is for members")
                .isNotDone();
        run.pass(2_001);
        assertThat(RunHarness.take(run.failedCheckpoints)).startsWith("1: it was not written within");
        assertThat(RunHarness.take(run.steps).step()).isEqualTo(1);
        assertThat(RunHarness.take(run.steps).step()).isEqualTo(2);
        assertThat(((Message.ApplyStep) run.servers.get(0).order()).save()).isTrue();
        assertThat(run.coordinator.ended()).isNotDone();
    }

    @Test
    void aLastCheckpointThatIsCommittedLateIsNoFailure() {
        run.with("checkpoint.save_timeout_seconds=8", "training.steps=1").startComputing();
        run.runStep();
        run.saveAll(1);
        run.pass(8_001);
        RunHarness.take(run.failedCheckpoints);
        run.coordinator.checkpointCommitted(1, 1, "/c/1");
        RunHarness.get(run.coordinator.ended());
    }

    @Test
    void aLastCheckpointThatIsCommittedWhileItIsTriedAgainIsNoFailure() {
        run.with("checkpoint.save_timeout_seconds=8", "training.steps=1").startComputing();
        run.runStep();
        run.saveAll(1);
        run.pass(8_001);
        RunHarness.take(run.failedCheckpoints);
        run.pass(CheckpointLedger.RETRY_PAUSE_MILLIS);
        run.awaitNotice("generation 2 starts at step 1: the last checkpoint is tried again");
        run.loadAll();
        run.coordinator.checkpointCommitted(1, 1, "/c/1");
        RunHarness.get(run.coordinator.ended());
    }

    @Test
    void theFailureOfAnOlderCheckpointLeavesTheLastOneAlone() {
        run.with("training.steps=2", "checkpoint.every=1").startComputing();
        run.runStep();
        List<CompletableFuture<Message>> orders = run.sumStep();
        run.coordinator.checkpointFailed(1, 1, "slow and failed");
        RunHarness.take(run.failedCheckpoints);
        RunHarness.get(orders.get(1));
        run.saveAll(2);
        assertThat(RunHarness.take(run.written)).hasSize(2);
        run.coordinator.checkpointCommitted(1, 2, "/c/2");
        RunHarness.get(run.coordinator.ended());
    }

    @Test
    void anErrorOfTheUsersEndsTheRunAtOnce() {
        run.startComputing();
        run.call(new Message.MemberFailed(Role.WORKER, 1, run.workers.get(1), 3, "token shard damaged", "prepare"));
        WeftException failure = run.failure();
        assertThat(failure).hasMessage("worker 1: token shard damaged");
        assertThat(failure.status()).isEqualTo(ExitStatus.INVALID_DATA);
        assertThat(failure.hint()).isEqualTo("prepare");
        assertThat(RunHarness.get(run.pollWork(0))).isEqualTo(new Message.RunEnded("worker 1: token shard damaged"));
    }

    @Test
    void aMemberMayFailThreeTimes() {
        run.startComputing();
        for (int failure = 1; failure <= 4; failure++) {
            assertThat(run.coordinator.ended()).isNotDone();
            run.call(new Message.MemberFailed(Role.WORKER, 1, run.workers.get(1), 1, "out of memory", ""));
            run.joinWorker(1);
        }
        assertThat(run.failure()).hasMessage("worker 1: out of memory");
    }

    @Test
    void aReportOfAFailureThatComesTwiceCountsOnce() {
        run.startComputing();
        for (int failure = 1; failure <= 3; failure++) {
            Message report = new Message.MemberFailed(Role.WORKER, 1, run.workers.get(1), 1, "out of memory", "");
            run.call(report);
            run.call(report);
            run.joinWorker(1);
            run.call(report);
        }
        assertThat(run.coordinator.ended()).isNotDone();
    }

    @Test
    void theFailureOfAnAttemptThatWasReplacedIsOfNoAccount() {
        run.startComputing();
        int replaced = run.workers.get(1);
        run.joinWorker(1);
        run.kinds.clear();
        run.call(new Message.MemberFailed(Role.WORKER, 1, replaced, 3, "token shard damaged", "prepare"));
        assertThat(run.coordinator.ended()).isNotDone();
        run.awaitNotice("worker 1 failed: token shard damaged");
        assertThat(run.kinds)
                .as("nobody is missing")
                .contains(RunEvent.ATTEMPT_FAILED)
                .doesNotContain(RunEvent.LOST);
        assertThat(run.work(1).step()).isZero();
    }

    @Test
    void aLossThatIsReportedLaterIsOne() {
        run.startComputing();
        int lost = run.workers.get(1);
        run.call(new Message.MemberFailed(Role.WORKER, 1, lost, 1, "out of memory", ""));
        run.awaitNotice("worker 1 failed: out of memory");
        run.call(new Message.MemberFailed(Role.WORKER, 1, -1, 1, "no GPU", ""));
        run.awaitNotice("worker 1 failed: no GPU (an attempt that had no place in the run)");
        assertThat(run.kinds.stream().filter(RunEvent.LOST::equals)).hasSize(1);
    }

    @Test
    void theDriverMayEndTheRunAndTheFirstCauseStays() {
        run.startComputing();
        run.coordinator.fail(WeftException.failed("Spark gave up", ""));
        run.coordinator.fail(WeftException.failed("later", ""));
        assertThat(run.failure()).hasMessage("Spark gave up");
    }

    @Test
    void aFaultOfTheCoordinatorsOwnEndsTheRun() {
        run.startComputing();
        Message.ComputeLanes work = run.work(0);
        run.lanesDone(0, work, 1.0); // One loss for two lanes.
        assertThat(run.failure()).hasMessageContaining("the coordinator failed: java.lang.ArrayIndexOutOfBounds");
    }

    @Test
    void aStopIsHonouredAfterAServerWasReplaced() {
        run.with("training.steps=100").startComputing();
        run.work(0);
        run.coordinator.requestStop();
        run.joinServer(run.servers.get(0));
        run.loadAll();
        assertThat(run.runStep().save()).isTrue();
        run.saveAll(1);
        run.coordinator.checkpointCommitted(2, 1, "/c/1");
        RunHarness.get(run.coordinator.ended());
    }
}
