package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.protocol.Message;

/** The words of waits that no other test makes happen; docs/failures.md lists them all. */
@Timeout(60)
class WaitsTest {
    private final RunHarness run = new RunHarness().with("cluster.step_timeout_seconds=60", "training.steps=9");

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void aShardThatNobodyServes() {
        run.startComputing();
        run.coordinator.executorLost("s1", "killed");
        run.awaitNotice("is lost with its executor");
        run.servers.remove(1);
        run.pass(30_000);
        run.awaitNotice("step 0 waits 30 s for a server of shard 1; absent: server 1");
        run.pass(31_000);
        assertThat(run.failure())
                .hasMessage("gave up after 60 s: the run step 0 waits for a server of shard 1; absent: server 1");
    }

    @Test
    void aServerThatLoads() {
        run.start();
        run.joinWorker(0);
        run.joinWorker(1);
        run.servers.forEach(run::joinServer);
        run.servers.forEach(RunHarness.Server::order);
        run.servers.get(0).loaded();
        run.pass(30_000);
        run.awaitNotice("waits 30 s for server 1 (executor s1, host host) to load step 0");
        run.pass(31_000);
        assertThat(run.failure()).hasMessageContaining("waits for server 1 (executor s1, host host) to load step 0");
    }

    @Test
    void workThatNobodyTakes() {
        run.startComputing();
        Message.ComputeLanes lost = run.work(1);
        assertThat(lost.span().count()).isEqualTo(2);
        run.computeAll(0);
        run.coordinator.executorLost("w1", "killed");
        run.awaitNotice("is lost with its executor");
        run.workers.remove(1);
        run.pass(30_000);
        run.awaitNotice("step 0 waits 30 s for a worker that takes over lanes; absent: worker 1");
    }

    @Test
    void sums() {
        run.startComputing();
        run.computeAll(0, 1);
        run.servers.get(1).reduced(1);
        run.pass(30_000);
        run.awaitNotice("step 0 waits 30 s for the sums of server 0 (executor s0, host host)");
    }

    @Test
    void theLastCheckpoint() {
        run.with("training.steps=1").startComputing();
        run.runStep();
        run.pass(30_000);
        run.awaitNotice("waits 30 s for the last checkpoint of step 1");
    }
}
