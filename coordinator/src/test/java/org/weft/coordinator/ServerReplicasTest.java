package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.Message;

/** Shards with a backup: servers 0 and 1 hold shard 0, servers 2 and 3 shard 1. */
@Timeout(60)
class ServerReplicasTest {
    private final RunHarness run = new RunHarness().with("servers.replicas=2", "training.steps=9");

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void theServingCopyIsToldItsBackupAndOnlyItIsPulledFrom() {
        run.startComputing();
        Message.ComputeLanes work = run.work(0);
        assertThat(work.servers()).extracting(Address::port).containsExactly(7000, 7002);
        run.lanesDone(0, work, RunHarness.losses(work.span()));
        run.computeAll(1);
        run.servers.get(0).reduced(1);
        run.servers.get(2).reduced(1);
        run.servers.get(3).reduced(1);
        assertThat(run.steps).isEmpty(); // The backup of shard 0 does not have its sums yet.
        run.servers.get(1).reduced(1);
        assertThat(RunHarness.take(run.steps).step()).isEqualTo(1);
        assertThat(apply(0).backups()).extracting(Address::port).containsExactly(7001);
        assertThat(apply(1).backups()).isEmpty();
    }

    @Test
    void onlyTheServingCopySaves() {
        run.with("checkpoint.every=1").startComputing();
        run.computeAll(0, 1);
        run.servers.forEach(server -> server.reduced(1));
        assertThat(run.servers)
                .extracting(server -> apply(server.shard).save())
                .containsExactly(true, false, true, false);
        run.servers.get(0).saved(1);
        run.servers.get(2).saved(1);
        assertThat(RunHarness.take(run.written)).hasSize(2);
    }

    @Test
    void theBackupTakesOverAtTheStepAtHand() {
        run.startComputing();
        run.runStep();
        run.coordinator.executorLost("s0", "killed");
        run.awaitNotice("generation 2 starts at step 1: server 0 (executor s0, host host) is gone, "
                + "server 1 (executor s1, host host) takes over");
        for (int server = 1; server < 4; server++) {
            assertThat(run.servers.get(server).order()).isInstanceOf(Message.AdoptGeneration.class);
            run.servers.get(server).loaded();
        }
        Message.ComputeLanes work = run.work(0);
        assertThat(work.step()).isEqualTo(1);
        assertThat(work.servers()).extracting(Address::port).containsExactly(7001, 7002);
        assertThat(work.span()).isEqualTo(new LaneSpan(0, 2));
    }

    @Test
    void theLossOfABackupStopsNothing() {
        run.startComputing();
        run.computeAll(0, 1);
        run.servers.get(0).reduced(1);
        run.servers.get(2).reduced(1);
        run.servers.get(3).reduced(1);
        run.coordinator.executorLost("s1", "killed");
        assertThat(RunHarness.take(run.steps).step()).isEqualTo(1);
        assertThat(apply(0).backups()).isEmpty();
    }

    @Test
    void aCopyThatComesBackBecomesBackupAtTheNextStep() {
        run.startComputing();
        loseServerOneForAWhile();
        assertThat(apply(0).backups()).extracting(Address::port).containsExactly(7001);
        Message.CopyShard copy = (Message.CopyShard) run.servers.get(1).order();
        assertThat(copy).isEqualTo(new Message.CopyShard(1, 1, 1, new Address("host", 7000)));
        assertThat(run.pollWork(0)).isNotDone();
        run.servers.get(1).loaded();
        assertThat(run.work(1).step()).isEqualTo(1);
    }

    @Test
    void aShardWithoutAnyCopyGoesBackToTheCheckpoint() {
        run.startComputing();
        run.runStep();
        run.coordinator.executorLost("s0", "killed");
        run.coordinator.executorLost("s1", "killed");
        run.joinServer(run.servers.get(1));
        run.awaitNotice("generation 3 starts at step 0");
        assertThat(run.servers.get(1).order()).isInstanceOf(Message.LoadParameters.class);
        assertThat(run.servers.get(2).order()).isInstanceOf(Message.LoadParameters.class);
    }

    @Test
    void copiesWhoseSumsDifferAreLoadedAnew() {
        run.startComputing();
        run.computeAll(0, 1);
        run.servers.get(0).reduced(1);
        run.servers.get(1).reduced(Math.nextUp(1.0));
        run.awaitNotice("one of them has damaged memory");
        assertThat(run.servers.get(0).order()).isInstanceOf(Message.LoadParameters.class);
    }

    @Test
    void copiesWhoseSumsKeepDifferingEndTheRun() {
        run.startComputing();
        for (int time = 0; time < 3; time++) {
            run.computeAll(0, 1);
            run.servers.get(0).reduced(1);
            run.servers.get(1).reduced(Math.nextUp(1.0));
            if (time < 2) {
                run.awaitNotice("one of them has damaged memory");
                run.loadAll();
            }
        }
        assertThat(run.failure())
                .hasMessage(
                        "the sums of step 0 differ between server 1 (executor s1, host host) and the other copy of its"
                                + " shard: one of them has damaged memory, 3 times in a row though both loaded the last"
                                + " checkpoint anew");
    }

    @Test
    void aCopyThatCannotBeMadeDoesNotHoldTheRunUp() {
        run.with("cluster.step_timeout_seconds=600").startComputing();
        beginCopy();
        RunHarness.Server copy = run.servers.get(1);
        for (int tries = 0; tries < 30; tries++) {
            run.send(copyPoll(copy)).cancel(false);
        }
        run.awaitNotice(
                "server 1 (executor s1, host host) could not copy shard 0 of server 0 (executor s0, host host): the run"
                        + " goes on without a backup of it, and tries again in 60 s");
        Message.ComputeLanes work = run.work(0);
        assertThat(work.step()).isEqualTo(1);
        run.lanesDone(0, work, RunHarness.losses(work.span()));
        run.computeAll(1);
        for (int server : new int[] {0, 2, 3}) {
            run.servers.get(server).reduced(1);
        }
        assertThat(apply(0).backups()).as("put off").isEmpty();
    }

    @Test
    void aCopyThatTakesTooLongIsPutOffAndTriedAgain() {
        run.with("cluster.step_timeout_seconds=100", "cluster.straggler_ratio=0")
                .startComputing();
        beginCopy();
        run.servers.get(1).order();
        for (int pause = 0; pause < 6; pause++) {
            run.pass(9_000);
        }
        run.awaitNotice("the run goes on without a backup of it, and tries again in 60 s");
        run.computeAll(0, 1);
        for (int pause = 0; pause < 7; pause++) {
            run.pass(9_000);
        }
        run.awaitNotice("step 1 waits 63 s for the sums of server 0");
        for (int server : new int[] {0, 2, 3}) {
            run.servers.get(server).reduced(1);
        }
        assertThat(apply(0).backups()).extracting(Address::port).containsExactly(7001);
        assertThat(run.servers.get(1).order()).isInstanceOf(Message.CopyShard.class);
        run.servers.get(1).loaded();
        assertThat(run.work(1).step()).isEqualTo(2);
    }

    @Test
    void aStepThatWaitedForStorageAndIsComputedAnewHasItsDeadlineAgain() {
        run.with("checkpoint.every=1", "cluster.step_timeout_seconds=5", "cluster.straggler_ratio=0")
                .startComputing();
        run.runStep();
        run.servers.get(0).saved(1);
        run.sumStep();
        run.awaitNotice("step 2 is to be saved, and waits until the checkpoint of step 1 is written");
        run.coordinator.executorLost("s0", "killed");
        run.awaitNotice("server 1 (executor s1, host host) takes over");
        run.servers.remove(0);
        for (RunHarness.Server server : run.servers) {
            assertThat(server.order()).isInstanceOf(Message.AdoptGeneration.class);
            server.loaded();
        }
        run.work(0);
        run.pass(5_001);
        assertThat(run.failure()).hasMessageStartingWith("gave up after 5 s: the run step 1 waits for lanes");
    }

    /** Server 1 is lost and comes back; the others have the sums of step 0. */
    private void loseServerOneForAWhile() {
        run.coordinator.executorLost("s1", "killed");
        run.awaitNotice("is lost with its executor");
        run.joinServer(run.servers.get(1));
        run.computeAll(0, 1);
        for (int server : new int[] {0, 2, 3}) {
            run.servers.get(server).reduced(1);
        }
    }

    /** Server 1 is lost and comes back while step 0 is computed, and is to stand by from step 1 on. */
    private void beginCopy() {
        loseServerOneForAWhile();
        for (int server : new int[] {0, 2, 3}) {
            apply(server);
        }
        run.awaitNotice("copies shard 0 of server 0");
    }

    private static Message copyPoll(RunHarness.Server server) {
        return new Message.PollOrder(server.shard, server.incarnation, -1, -1);
    }

    private Message.ApplyStep apply(int server) {
        return (Message.ApplyStep) run.servers.get(server).order();
    }
}
