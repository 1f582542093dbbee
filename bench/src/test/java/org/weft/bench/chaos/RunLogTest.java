package org.weft.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read out of a driver's output. */
class RunLogTest {

    @Test
    void cutsAProgressBarIntoItsDrawings() throws IOException {
        List<String> lines = new ArrayList<>();
        String output =
                "one\r\n\r[##..] step 1/9  loss 2.0  ETA 0:01\u001b[K\r[###.] step 2/9  loss 1.9  ETA 0:01\u001b[K\r\nKey\nlast";
        new OutputSplitter(lines::add).readAll(new StringReader(output));
        assertThat(lines)
                .containsExactly(
                        "one",
                        "[##..] step 1/9  loss 2.0  ETA 0:01",
                        "[###.] step 2/9  loss 1.9  ETA 0:01",
                        "Key",
                        "last");
    }

    @Test
    void tellsADrawingAsSoonAsItIsWhole() throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder seen = new StringBuilder();
        new OutputSplitter(line -> seen.append(lines.size())).readAll(new StringReader("\rstep\u001b[K") {
            @Override
            public int read(char[] buffer) throws IOException {
                int count = super.read(buffer);
                if (count < 0) {
                    lines.add("end");
                }
                return count;
            }
        });
        assertThat(seen.toString()).isEqualTo("0");
    }

    @Test
    void knowsWhoIsWhereAndHowItEnded() {
        RunLog log = new RunLog();
        String info = "10:11:12.345 INFO  RunObserver: ";
        log.line(1, info + "worker 0 (executor 2, host 10.77.1.11) joined");
        log.line(2, info + "server 1 (executor 0, host 10.77.1.10) joined");
        log.line(3, info + "worker 1 (executor 0, host 10.77.1.10) joined");
        log.line(4, "[##..] step 7/9  loss 2.0  1 tokens/s");
        log.line(5, info + "worker 0 (executor 3, host 10.77.1.12) joined in place of an earlier attempt");
        log.line(6, "{\"command\":\"pretrain\",\"params_sha256\":\"" + "0f".repeat(32) + "\",\"x\":1}");
        assertThat(log.placement())
                .containsOnlyKeys("0", "3")
                .containsEntry("0", List.of("server 1", "worker 1"))
                .containsEntry("3", List.of("worker 0"));
        assertThat(log.hash()).isEqualTo("0f".repeat(32));
        assertThat(log.highestStep()).isEqualTo(7);
        assertThat(log.lastStepMillis(99)).isEqualTo(4);
        assertThat(log.notices()).hasSize(1);
        assertThat(log.lastLine()).startsWith("{");
        log.line(7, info + "server 1 replica 1 (executor 3, host 10.77.1.12) joined");
        assertThat(log.placement()).containsEntry("3", List.of("server 1 replica 1", "worker 0"));
        log.driverStarts();
        assertThat(log.placement()).isEmpty();
        assertThat(new RunLog().lastStepMillis(99)).isEqualTo(99);
    }

    @Test
    void aStandbysLinesAreTheRunsOnceItTakesTheRunOver() {
        RunLog run = new RunLog();
        StandbyLog standby = new StandbyLog(run);
        run.line(1, "worker 0 (executor 2, host a) joined");
        standby.line(2, "standby of hdfs://a/run, application app-20261129-0002");
        standby.line(3, "stands by: the driver is host a, process 7, application app-1, since t");
        assertThat(standby.isReady()).isFalse();
        standby.line(4, "this standby is ready: it holds 4 executors and has read step-00000020");
        assertThat(standby.isReady()).isTrue();
        assertThat(standby.application()).isEqualTo("app-20261129-0002");
        assertThat(run.notices()).isEmpty();
        assertThat(run.placement()).containsOnlyKeys("2");
        standby.line(5, "taking the run over: no sign of life for 8 s from host a");
        standby.line(6, "worker 0 (executor 1, host b) joined");
        standby.line(7, "[##..] step 7/9  loss 2.0  1 tokens/s");
        assertThat(run.notices()).hasSize(1);
        assertThat(run.placement()).containsOnlyKeys("1");
        assertThat(run.highestStep()).isEqualTo(7);
        standby.line(8, "another driver was faster");
        standby.line(9, "[##..] step 8/9  loss 2.0  1 tokens/s");
        assertThat(run.highestStep()).isEqualTo(7);
    }
}
