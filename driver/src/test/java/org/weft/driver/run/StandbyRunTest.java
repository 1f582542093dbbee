package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.driver.spark.SparkApplication;

/** What a driver that stands by does with a run. */
@Timeout(120)
class StandbyRunTest extends SmallRuns {

    @Test
    void goesOnToTheSameBitsWhereTheDriverIsDead() throws IOException {
        String whole = train(null, 4, 2).checkpoint().manifest().paramsSha256();
        run = RunDirectory.of(run.file("other"));
        train(null, 2, 2);
        Path lease = directory.resolve("other/driver.lease");
        Files.writeString(lease.resolve("term-00000002.json"), """
                {"format_version": 1, "term": 2, "owner": "gone",
                 "driver": {"host": "node-9", "process": 99, "application": "app-9"},
                 "started": "2020-01-01T00:00:00Z", "lease_seconds": 2, "sequence": 7, "generation": 41, "released": false}
                """);
        RunResult result = standBy(4);
        assertThat(result.checkpoint().manifest().paramsSha256()).isEqualTo(whole);
        assertThat(result.checkpoint().manifest().generation()).isEqualTo(42);
        assertThat(said.toString())
                .contains("standby of " + run.path() + ", application ")
                .contains("stands by: the driver is host node-9, process 99, application app-9")
                .contains("taking the run over: no sign of life for 2 s from host node-9")
                .contains("/step-00000002\n");
        assertThat(Files.readString(lease.resolve("term-00000003.json")))
                .contains("\"released\" : true", "\"stopped\" : false", "\"step\" : 4");
        assertThat(lease.toFile().list((folder, name) -> name.startsWith("standby-")))
                .isEmpty();
    }

    @Test
    void leavesARunThatIsDone() throws IOException {
        train(null, 4, 0);
        assertThat(standBy(4)).isNull();
        assertThat(said.toString()).contains("the run is done at step 4: nothing is left to stand by for");
    }

    private RunResult standBy(int last) throws IOException {
        WeftConfig config = config(last, 2, "run.lease_seconds=2");
        return new TrainingRun(SparkApplication.within(context), progress(), StopSource.NONE)
                .standBy(config, () -> subject(config, 4, 10, () -> null));
    }
}
