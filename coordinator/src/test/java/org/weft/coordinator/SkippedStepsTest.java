package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.protocol.Message;

/** How many updates the servers are told that there were, wherever a run goes on from after a step was skipped. */
@Timeout(60)
class SkippedStepsTest {
    private final RunHarness run = new RunHarness().with("training.non_finite=skip", "training.steps=9");

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void aSkippedStepIsNoUpdate() {
        run.startComputing();
        assertThat(run.runStep().updates()).isZero();
        assertThat(skipStep().updates()).isEqualTo(1);
        assertThat(run.runStep().updates()).isEqualTo(1);
        assertThat(run.runStep().updates()).isEqualTo(2);
    }

    @Test
    void aCheckpointSaysHowManyWereSkippedAndARunGoesOnFromThere() {
        run.startStep = 4;
        run.startSkipped = 2;
        run.checkpoint = "/c/4";
        run.with("checkpoint.every=1").startComputing();
        assertThat(skipStep().updates()).isEqualTo(2);
        run.saveAll(5);
        assertThat(RunHarness.take(run.skippedAtSaves)).isEqualTo(3);
        run.coordinator.checkpointCommitted(1, 5, "/c/5");
        assertThat(run.runStep().updates()).isEqualTo(2);
    }

    /** Steps 0 and 2 are skipped; the servers go back to version 2, before the second of them. */
    @Test
    void whoGoesBackToACheckpointCountsWhatLedThere() {
        run.with("checkpoint.every=2").startComputing();
        skipStep();
        run.runStep();
        run.saveAll(2);
        assertThat(RunHarness.take(run.skippedAtSaves)).isEqualTo(1);
        run.coordinator.checkpointCommitted(1, 2, "/c/2");
        assertThat(skipStep().updates()).isEqualTo(1);
        run.joinServer(run.servers.get(1));
        run.awaitNotice("generation 2 starts at step 2");
        run.loadAll();
        Message.ApplyStep again = run.runStep(); // Say that the trouble was in the server that was lost.
        assertThat(again.step()).isEqualTo(2);
        assertThat(again.updates()).isEqualTo(1);
        assertThat(run.runStep().updates()).isEqualTo(2);
    }

    @Test
    void aBackupThatTakesOverCountsOn() {
        run.with("servers.replicas=2").startComputing();
        skipStep();
        run.coordinator.executorLost("s0", "killed");
        run.awaitNotice("generation 2 starts at step 1");
        for (int server = 1; server < 4; server++) {
            assertThat(run.servers.get(server).order()).isInstanceOf(Message.AdoptGeneration.class);
            run.servers.get(server).loaded();
        }
        run.computeAll(0, 1);
        for (int server = 1; server < 4; server++) {
            run.servers.get(server).reduced(1);
        }
        assertThat(((Message.ApplyStep) run.servers.get(1).order()).updates()).isZero();
    }

    /** The step at hand, whose gradient is not finite. */
    private Message.ApplyStep skipStep() {
        run.computeAll(0, 1);
        run.servers.forEach(server -> server.reduced(Double.POSITIVE_INFINITY));
        Message.ApplyStep apply = null;
        for (RunHarness.Server server : run.servers) {
            apply = (Message.ApplyStep) server.order();
        }
        assertThat(apply.skip()).isTrue();
        return apply;
    }
}
