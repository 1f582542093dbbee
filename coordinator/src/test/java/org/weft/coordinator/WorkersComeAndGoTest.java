package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Message;

/** Workers that join and leave a running job, are late, or slow; and numbers that are not finite. */
@Timeout(60)
class WorkersComeAndGoTest {
    private final RunHarness run = new RunHarness().with("training.steps=9");

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void aWorkerBeyondTheFirstGetsLanesFromTheNextStepOn() {
        run.with("cluster.max_workers=4").startComputing();
        CompletableFuture<Message> work = run.pollWork(0);
        run.joinWorker(2);
        assertThat(((Message.ComputeLanes) RunHarness.get(work)).span()).isEqualTo(new LaneSpan(0, 2));
        assertThat(run.pollWork(2)).isNotDone();
        run.computeAll(0, 1);
        run.servers.forEach(server -> server.reduced(1));
        assertThat(run.work(0).span().count()
                        + run.work(1).span().count()
                        + run.work(2).span().count())
                .isEqualTo(4);
        assertThat(run.work(2).span().count()).isPositive();
    }

    @Test
    void workersBeyondTheFirstAreAskedForOnceAllOthersAreHere() {
        run.with("cluster.max_workers=4").start();
        run.joinWorker(0);
        run.servers.forEach(run::joinServer);
        assertThat(run.completions).isEmpty();
        run.joinWorker(1);
        RunHarness.take(run.completions);
    }

    @Test
    void aWorkerBeyondTheFirstMakesRoomForAServerThatStaysAway() {
        run.with("cluster.max_workers=4", "cluster.step_timeout_seconds=600").startComputing();
        RunHarness.take(run.completions);
        run.joinWorker(2);
        run.joinWorker(3);
        run.coordinator.executorLost("s1", "killed");
        run.awaitNotice("server 1 (executor s1, host host) is lost with its executor");
        run.pass(9_000, "server 1");
        run.pass(9_000, "server 1");
        run.awaitNotice("worker 3 (executor w3, host host-3) leaves: a server is missing, and is to have its slot");
        assertThat(RunHarness.get(run.pollWork(3))).isInstanceOf(Message.Refused.class);
        assertThat(run.joinWorker(3))
                .isEqualTo(new Message.Refused("worker 3 (executor w3, host host-3) has made room for a server"));
        run.workers.remove(3);
        run.pass(9_000, "server 1");
        assertThat(run.notices).noneMatch(notice -> notice.contains("leaves"));
        run.joinServer(run.servers.get(1));
        RunHarness.take(run.completions);
        assertThat(run.joinWorker(3)).isInstanceOf(Message.Admitted.class);
    }

    @Test
    void aLostExecutorsWorkGoesToTheOthersAtOnce() {
        run.startComputing();
        Message.ComputeLanes lost = run.work(1);
        run.computeAll(0);
        CompletableFuture<Message> waiting = run.pollWork(0);
        run.coordinator.executorLost("w1", "killed");
        assertThat(((Message.ComputeLanes) RunHarness.get(waiting)).span()).isEqualTo(lost.span());
    }

    @Test
    void aLostWorkersLanesWaitForItsReplacement() {
        run.with("cluster.rebalance_after=3").startComputing();
        Message.ComputeLanes lost = run.work(1);
        run.computeAll(0);
        CompletableFuture<Message> waiting = run.pollWork(0);
        run.coordinator.executorLost("w1", "killed");
        run.awaitNotice("is lost with its executor");
        run.joinWorker(1);
        assertThat(run.work(1).span()).isEqualTo(lost.span());
        assertThat(waiting).isNotDone();
        run.coordinator.executorLost("w1", "killed again");
        run.awaitNotice("killed again");
        run.workers.remove(1);
        run.pass(0); // The loss itself follows its notice: it happens before this is answered.
        run.pass(3_000);
        assertThat(((Message.ComputeLanes) RunHarness.get(waiting)).span()).isEqualTo(lost.span());
    }

    @Test
    void withTooFewWorkersTheRunWaits() {
        run.with("cluster.min_workers=2", "cluster.step_timeout_seconds=20").startComputing();
        run.coordinator.executorLost("w1", "killed");
        run.awaitNotice("is lost with its executor");
        run.workers.remove(1);
        assertThat(run.pollWork(0)).isNotDone();
        run.pass(20_001);
        assertThat(run.failure()).hasMessageContaining("at least 2 workers (cluster.min_workers), of whom 1 are here");
    }

    @Test
    void aRunStartsWithFewerWorkersWhenItsTimeIsUp() {
        run.with("cluster.workers=3", "cluster.min_workers=1", "cluster.start_timeout_seconds=20")
                .start();
        run.joinWorker(1);
        run.servers.forEach(run::joinServer);
        run.pass(20_001);
        run.awaitNotice("1 worker and 2 servers joined");
        run.loadAll();
        assertThat(run.work(1).span()).isEqualTo(new LaneSpan(0, 4));
    }

    @Test
    void lateLanesAreComputedAgainByWhoeverIsIdle() {
        run.startComputing();
        slowStep(100, 100);
        Message.ComputeLanes late = run.work(1);
        run.computeAll(0);
        CompletableFuture<Message> idle = run.pollWork(0);
        run.pass(1_001);
        assertThat(run.awaitNotice("are late"))
                .isEqualTo(
                        "step 1: lanes 2-3 of worker 1 (executor w1, host host-1) are late; others compute them too");
        Message.ComputeLanes again = (Message.ComputeLanes) RunHarness.get(idle);
        assertThat(again.span()).isEqualTo(late.span());
        run.lanesDone(0, again, RunHarness.losses(again.span()));
        run.servers.forEach(server -> server.reduced(1));
        RunHarness.take(run.steps);
        run.servers.forEach(RunHarness.Server::order);
        assertThat(RunHarness.take(run.steps).step()).isEqualTo(2);
        assertThat(run.work(0).span()).isEqualTo(new LaneSpan(0, 4)); // The late one is not counted on.
        assertThat(run.lanesDone(1, late, 7, 7)).isEqualTo(new Message.Done()); // Of no account.
    }

    @Test
    void aSlowWorkerGetsFewerLanes() {
        run.with("training.lanes=8", "cluster.straggler_ratio=2").startComputing();
        slowStep(900, 100);
        assertThat(run.work(0).span().count()).isLessThan(run.work(1).span().count());
    }

    @Test
    void sharesAreEvenAmongWorkersOfLikeSpeedAndBySpeedElse() {
        WorkerSpeeds speeds = new WorkerSpeeds(2);
        speeds.measured(0, 4, 400);
        speeds.measured(1, 4, 700);
        assertThat(speeds.shares(List.of(0, 1))).isEqualTo(Map.of(0, 1.0, 1, 1.0));
        speeds.measured(2, 2, 800);
        assertThat(speeds.shares(List.of(0, 1, 2, 3))).isEqualTo(Map.of(0, 1.0, 1, 100 / 175.0, 2, 0.25, 3, 1.0));
    }

    @Test
    void aStepWithoutFiniteNumbersMayBeSkipped() {
        run.with("training.non_finite=skip").startComputing();
        Message.ComputeLanes work = run.work(0);
        run.lanesDone(0, work, 1, Double.NaN);
        run.computeAll(1);
        run.servers.forEach(server -> server.reduced(1));
        assertThat(RunHarness.take(run.steps).skipped()).isTrue();
        run.awaitNotice("step 0 is skipped: the loss of lane 1 is NaN");
        Message.ApplyStep order = (Message.ApplyStep) run.servers.get(0).order();
        assertThat(order.skip()).isTrue();
    }

    @Test
    void tenSkippedStepsInARowEndTheRun() {
        run.with("training.non_finite=skip", "training.steps=20").startComputing();
        for (int step = 0; step < 11; step++) {
            run.computeAll(0, 1);
            run.servers.forEach(server -> server.reduced(Double.POSITIVE_INFINITY));
            if (step < 10) {
                run.servers.forEach(RunHarness.Server::order);
            }
        }
        assertThat(run.failure()).hasMessageContaining("after 10 skipped steps in a row");
    }

    /** A step in which worker 0 takes the first time and worker 1, which starts then, the second. */
    private void slowStep(long first, long second) {
        Message.ComputeLanes zero = run.work(0);
        run.pass(first);
        run.lanesDone(0, zero, RunHarness.losses(zero.span()));
        Message.ComputeLanes one = run.work(1);
        run.pass(second);
        run.lanesDone(1, one, RunHarness.losses(one.span()));
        run.servers.forEach(server -> server.reduced(1));
        run.servers.forEach(RunHarness.Server::order);
    }
}
