package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.ExitStatus;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.Role;
import org.weft.core.protocol.SavedRange;

/** A run that goes well: who is told what, and when. */
@Timeout(60)
class CoordinatorTest {
    private final RunHarness run = new RunHarness();

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void nothingBeginsBeforeAllHaveJoined() {
        run.start();
        run.joinServer(run.servers.get(1));
        CompletableFuture<Message> early = run.servers.get(1).poll();
        run.joinWorker(1);
        run.joinWorker(0);
        assertThat(early).isNotDone();
        run.joinServer(run.servers.get(0));
        assertThat(RunHarness.get(early))
                .usingRecursiveComparison()
                .isEqualTo(new Message.LoadParameters(1, 0, "", false, new Address[0]));
        CompletableFuture<Message> work = run.pollWork(0);
        run.loadAll();
        assertThat(((Message.ComputeLanes) RunHarness.get(work)).servers())
                .extracting(server -> server.port())
                .containsExactly(7000, 7001);
    }

    @Test
    void aSecondReportOfTheSameShardLoadsNoOther() {
        run.start();
        run.joinWorker(0);
        run.joinWorker(1);
        run.servers.forEach(run::joinServer);
        run.servers.forEach(RunHarness.Server::order);
        run.servers.get(0).loaded();
        run.servers.get(0).loaded();
        CompletableFuture<Message> work = run.pollWork(0);
        assertThat(run.call(new Message.Heartbeat(Role.WORKER, 0, run.workers.get(0))))
                .isEqualTo(new Message.Alive(1));
        assertThat(work).isNotDone();
        run.servers.get(1).loaded();
        assertThat(RunHarness.get(work)).isInstanceOf(Message.ComputeLanes.class);
    }

    @Test
    void lanesAreCutEvenly() {
        run.with("cluster.workers=3", "training.lanes=8").startComputing();
        assertThat(List.of(run.work(2).span(), run.work(0).span(), run.work(1).span()))
                .containsExactly(new LaneSpan(5, 3), new LaneSpan(0, 2), new LaneSpan(2, 3));
        assertThat(run.work(0).span()).as("asked again").isEqualTo(new LaneSpan(0, 2));
    }

    @Test
    void moreWorkersThanLanesLeavesSomeWaiting() {
        run.with("cluster.workers=5").startComputing();
        CompletableFuture<Message> idle = run.pollWork(0);
        for (int worker = 1; worker < 5; worker++) {
            assertThat(run.work(worker).span().count()).isEqualTo(1);
        }
        assertThat(idle).isNotDone();
    }

    @Test
    void aStepIsDecidedWhenEveryLossAndEveryNormIsThere() {
        run.startComputing();
        CompletableFuture<Message> order = run.servers.get(0).poll();
        run.computeAll(1, 0);
        run.servers.get(1).reduced(9);
        assertThat(order).isNotDone();
        run.servers.get(0).reduced(7);
        double norm = Math.sqrt(7 + 9 + 9);
        assertThat(RunHarness.get(order))
                .usingRecursiveComparison()
                .isEqualTo(new Message.ApplyStep(
                        1, 0, 1, 0, (float) (1 / (norm + 1e-6)), false, false, new Address[0], false));
        RunListener.Step step = RunHarness.take(run.steps);
        assertThat(step.step()).isEqualTo(1);
        assertThat(step.gradientNorm()).isEqualTo(norm);
        assertThat(step.tokens()).isEqualTo(64);
        assertThat(step.waitMillis()).isEqualTo(2);
        assertThat(step.pushBytes()).isEqualTo(60);
        assertThat(step.pullBytes()).isEqualTo(80);
        assertThat(step.peakFlops()).isEqualTo(2e9);
        assertThat(step.learningRate()).isCloseTo(6e-4 / 50, within(1e-15));
        assertThat(step.tokensPerSecond()).isPositive();
        assertThat(run.work(0).step()).isEqualTo(1);
    }

    @Test
    void theLossHasTheSameBitsWhoeverDelivers() {
        run.startComputing();
        run.computeAll(0, 1);
        run.servers.forEach(server -> server.reduced(1));
        double forward = RunHarness.take(run.steps).loss();
        double expected = 0;
        for (int lane = 0; lane < 4; lane++) {
            expected += RunHarness.loss(lane);
        }
        assertThat(forward).isEqualTo(expected);

        Message.ComputeLanes first = run.work(0);
        Message.ComputeLanes second = run.work(1);
        run.servers.forEach(server -> server.order());
        run.servers.forEach(server -> server.reduced(1));
        run.lanesDone(1, second, RunHarness.losses(second.span()));
        run.lanesDone(1, first, RunHarness.losses(first.span()));
        assertThat(RunHarness.take(run.steps).loss()).isEqualTo(expected);
    }

    @Test
    void aSecondDeliveryIsIgnored() {
        run.startComputing();
        Message.ComputeLanes work = run.work(0);
        run.lanesDone(0, work, 1, 2);
        run.lanesDone(0, work, 100, 200);
        run.lanesDone(1, run.work(1), 3, 4);
        run.servers.forEach(server -> server.reduced(1));
        run.servers.get(0).reduced(50);
        RunListener.Step step = RunHarness.take(run.steps);
        assertThat(step.loss()).isEqualTo(10);
        assertThat(step.gradientNorm()).isEqualTo(Math.sqrt(3));
        run.lanesDone(0, work, 100, 200); // Of the step before.
        assertThat(run.work(0).step()).isEqualTo(1);
    }

    @Test
    void anOrderWhoseAnswerWasLostIsGivenAgain() {
        run.startComputing();
        run.runStep();
        RunHarness.Server server = run.servers.get(0);
        CompletableFuture<Message> lost = server.poll();
        run.computeAll(0, 1);
        run.servers.forEach(s -> s.reduced(1));
        assertThat(RunHarness.get(lost)).isInstanceOf(Message.ApplyStep.class);
        assertThat(RunHarness.get(server.poll())).isEqualTo(RunHarness.get(lost));
        server.order();
        assertThat(server.step).isEqualTo(2);
        CompletableFuture<Message> next = server.poll();
        assertThat(run.call(new Message.Heartbeat(Role.SERVER, 0, server.incarnation)))
                .isEqualTo(new Message.Alive(1));
        assertThat(next).isNotDone();
    }

    @Test
    void serversWithoutBucketsHoldNobodyUp() {
        run.with("cluster.servers=5", "training.eval_every=1");
        run.validationBatches = 1;
        run.startComputing();
        run.computeAll(0, 1);
        run.servers.stream().filter(server -> server.range().count() > 0).forEach(server -> server.reduced(1));
        assertThat(RunHarness.take(run.steps).step()).isEqualTo(1);
    }

    @Test
    void trainsToTheEndAndEndsWhenTheLastCheckpointIsCommitted() {
        run.startComputing();
        assertThat(run.runStep().save()).isFalse();
        assertThat(run.runStep().save()).isFalse();
        assertThat(run.runStep().save()).isTrue();
        CompletableFuture<Message> idle = run.pollWork(0);
        run.servers.get(1).saved(3);
        run.servers.get(1).saved(3);
        assertThat(run.written).isEmpty();
        run.servers.get(0).saved(3);
        List<SavedRange> files = RunHarness.take(run.written);
        assertThat(files).extracting(SavedRange::file).containsExactly("shard-0", "shard-1");
        assertThat(run.coordinator.ended()).isNotDone();
        run.coordinator.checkpointCommitted(1, 3, "/run/checkpoints/step-00000003");
        RunHarness.get(run.coordinator.ended());
        assertThat(RunHarness.get(idle)).isEqualTo(new Message.RunEnded("done"));
        assertThat(run.servers.get(0).order()).isEqualTo(new Message.RunEnded("done"));
        assertThat(RunHarness.get(run.pollWork(1))).isEqualTo(new Message.RunEnded("done"));
        assertThat(run.written).isEmpty();
    }

    @Test
    void aStepThatIsToBeSavedWaitsForTheCheckpointThatIsBeingWritten() {
        run.with("checkpoint.every=2", "training.steps=5").startComputing();
        assertThat(run.runStep().save()).isFalse();
        assertThat(run.runStep().save()).isTrue();
        assertThat(run.runStep().save()).as("nothing is due: nothing waits").isFalse();
        List<CompletableFuture<Message>> orders = run.sumStep();
        run.awaitNotice("step 4 is to be saved, and waits until the checkpoint of step 2 is written");
        assertThat(orders).noneMatch(CompletableFuture::isDone);
        run.saveAll(2);
        run.coordinator.checkpointCommitted(1, 2, "/c/2");
        assertThat(((Message.ApplyStep) RunHarness.get(orders.get(0))).save()).isTrue();
        assertThat(RunHarness.get(orders.get(1))).isInstanceOf(Message.ApplyStep.class);
    }

    @Test
    void theLastStepWaitsForTheCheckpointThatIsBeingWritten() {
        run.with("checkpoint.every=2", "training.steps=3").startComputing();
        run.runStep();
        run.runStep();
        List<CompletableFuture<Message>> orders = run.sumStep();
        run.awaitNotice("step 3 is to be saved, and waits until the checkpoint of step 2 is written");
        run.saveAll(2);
        run.coordinator.checkpointCommitted(1, 2, "/c/2");
        assertThat(((Message.ApplyStep) RunHarness.get(orders.get(0))).save()).isTrue();
    }

    @Test
    void aRunThatIsAtItsEndAlreadyEndsAfterLoading() {
        run.startStep = 3;
        run.checkpoint = "/c/3";
        run.firstGeneration = 7;
        run.startComputing();
        RunHarness.get(run.coordinator.ended());
        assertThat(run.servers.get(0).generation).isEqualTo(7);
        assertThat(run.servers.get(0).step).isEqualTo(3);
    }

    @Test
    void aRunOfNoStepsSavesTheInitialParameters() {
        run.with("training.steps=0").startComputing();
        run.saveAll(0);
        assertThat(RunHarness.take(run.written)).hasSize(2);
        run.coordinator.checkpointCommitted(1, 0, "/c/0");
        RunHarness.get(run.coordinator.ended());
    }

    @Test
    void aStopSavesAfterTheStepAtHand() {
        run.with("training.steps=100").startComputing();
        Message.ComputeLanes work = run.work(0);
        run.coordinator.requestStop();
        run.lanesDone(0, work, RunHarness.losses(work.span()));
        run.computeAll(1);
        run.servers.forEach(server -> server.reduced(1));
        run.servers.forEach(server ->
                assertThat(((Message.ApplyStep) server.order()).save()).isTrue());
        run.saveAll(1);
        run.coordinator.checkpointCommitted(1, 1, "/c/1");
        RunHarness.get(run.coordinator.ended());
    }

    @Test
    void aStopBeforeTheStartEndsAtOnce() {
        run.start();
        run.coordinator.requestStop();
        RunHarness.get(run.coordinator.ended());
        run.joinWorker(0);
        assertThat(RunHarness.get(run.pollWork(0))).isEqualTo(new Message.RunEnded("done"));
    }

    @Test
    void refusesAnotherModelsLayoutAndOtherMessages() {
        run.start();
        assertThat(run.joinWorker(0, "other")).isInstanceOfSatisfying(Message.Refused.class, refused -> assertThat(
                        refused.cause())
                .startsWith("worker 0 (executor w0, host host-0) has another parameter layout: other expected="));
        assertThat(run.call(new Message.AwaitParameters(0, 0, 0)))
                .isEqualTo(new Message.Refused("not a request to the coordinator: AwaitParameters"));
        assertThat(run.failure().status()).isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void aHeldPollIsAnsweredNowAndThen() {
        run.start();
        run.joinWorker(0);
        CompletableFuture<Message> held = run.pollWork(0);
        run.call(new Message.Heartbeat(Role.WORKER, 0, run.workers.get(0))); // The poll was parked before.
        assertThat(held).isNotDone();
        run.clockMillis.addAndGet(5_001);
        assertThat(RunHarness.get(held)).isEqualTo(new Message.Done());
        CompletableFuture<Message> broken = run.pollWork(0);
        CompletableFuture<Message> later = run.pollWork(0);
        assertThat(RunHarness.get(broken)).as("an earlier poll that broke off").isEqualTo(new Message.Done());
        assertThat(later).isNotDone();
    }
}
