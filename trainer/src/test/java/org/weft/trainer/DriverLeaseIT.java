package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.config.RunConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.driver.lease.DriverPlace;
import org.weft.driver.lease.RunLease;

/** One driver a run, through the commands. */
class DriverLeaseIT {
    private static final String DEAD = """
            {"format_version": 1, "term": 1, "owner": "gone",
             "driver": {"host": "node-9", "process": 99, "application": "app-9"},
             "started": "2020-01-01T00:00:00Z", "lease_seconds": 2, "sequence": 7, "generation": 41, "released": false}
            """;

    @TempDir
    static Path temporary;

    private static RunFolder prepared;

    @BeforeAll
    static void prepare() throws IOException {
        prepared =
                RunFolder.create(temporary.resolve("prepared"), RunFolder.SMALL).prepared();
    }

    @Test
    void aRunThatAnotherDriverHasIsRefused() throws IOException {
        RunFolder run = prepared.sibling("held");
        RunConfig config = new RunConfig("held", RunFolder.uri(run.dir()), "", 5, 4);
        try (RunLease held =
                RunLease.acquire(HadoopStore.local(), config, new DriverPlace("node-9", 99, "app-9"), notice -> {})) {
            CommandRun refused = run.pretrain("--resume");
            assertThat(refused.status()).as(refused.err()).isEqualTo(1);
            assertThat(refused.err())
                    .contains("error: another driver has this run: host node-9, process 99, application app-9, since ")
                    .contains("hint: wait for its end, or stop it")
                    .doesNotContain("\tat ");
            assertThat(run.dir().resolve("checkpoints")).doesNotExist();
            held.require();
        }
        run.pretrain("--resume").done();
    }

    /** A dead driver committed nothing, and used generations all the same. */
    @Test
    void aDeadDriversRunIsTakenOverWithNewGenerations() throws IOException {
        RunFolder run = prepared.sibling("dead");
        Path lease = Files.createDirectories(run.dir().resolve("driver.lease"));
        Files.writeString(lease.resolve("term-00000001.json"), DEAD);
        CommandRun taken = run.pretrain("--resume", "run.lease_seconds=2", "training.steps=2")
                .done();
        assertThat(taken.err())
                .contains("taking the run over: no sign of life for 2 s from host node-9, process 99")
                .contains("no checkpoint in ");
        assertThat(run.checkpoint(2).resolve("shard-00000-of-00001-g0042.safetensors"))
                .exists();
        assertThat(lease.resolve("term-00000001.json")).doesNotExist();
        assertThat(lease.resolve("term-00000002.json"))
                .content()
                .contains("\"generation\" : 42", "\"released\" : true");
        // Given back: the next one starts at once.
        CommandRun next = run.pretrain("--resume", "training.steps=4").done();
        assertThat(next.err()).doesNotContain("watching").contains("resuming from ");
        assertThat(run.checkpoint(4).resolve("shard-00000-of-00001-g0043.safetensors"))
                .exists();
    }
}
