package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.RunConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.driver.lease.DriverPlace;
import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.Progress;

/** Where a driver that the cluster started again goes on. */
class RestartTest {
    private static final List<String> GIVEN = Arrays.asList(null, "100", TrainingRun.LATEST);

    @TempDir
    Path directory;

    private final Progress progress =
            new Progress(new PrintStream(OutputStream.nullOutputStream()), false, System::nanoTime);

    @Test
    void goesOnFromTheNewestCheckpointWhateverWasGivenToTheFirst() throws IOException {
        try (RunLease first = lease("app-1")) {
            first.begin(1);
            first.markBegun();
        }
        try (RunLease second = lease("app-1")) {
            for (String given : GIVEN) {
                assertThat(Restart.resume(given, true, second, progress)).isEqualTo(TrainingRun.LATEST);
                assertThat(Restart.resume(given, false, second, progress))
                        .as("the same application's next run")
                        .isEqualTo(given);
            }
        }
    }

    @Test
    void doesAsItWasToldWhereNothingHadBegun() throws IOException {
        try (RunLease old = lease("app-1")) {
            old.begin(1);
            old.markBegun();
        }
        try (RunLease first = lease("app-2")) {
            first.begin(11); // And dies before what stands there is set aside.
        }
        try (RunLease second = lease("app-2")) {
            for (String given : GIVEN) {
                assertThat(Restart.resume(given, true, second, progress)).isEqualTo(given);
            }
        }
    }

    private RunLease lease(String application) throws IOException {
        RunConfig run = ConfigLoader.load("test", "run: {dir: '" + directory + "'}", List.of())
                .run();
        return RunLease.acquire(HadoopStore.local(), run, new DriverPlace("node", 1, application), notice -> {});
    }
}
