package org.weft.driver.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.config.RunConfig;
import org.weft.core.storage.HadoopStore;

/** A driver's process that ends gives the run back, unless it is killed. */
@Timeout(120)
class LeaseProcessTest {
    @TempDir
    Path directory;

    @Test
    void exitAndSigtermGiveTheRunBack() throws Exception {
        assertThat(endOf("exit", process -> {}).released()).isTrue();
        LeaseFiles.Seen terminated = endOf("stay", Process::destroy);
        assertThat(terminated.released()).isTrue();
        assertThat(terminated.term()).isEqualTo(2);
        assertThat(terminated.record().generation()).isEqualTo(3);
    }

    @Test
    void killedItLeavesTheLeaseToRunOut() throws Exception {
        LeaseFiles.Seen killed = endOf("stay", Process::destroyForcibly);
        assertThat(killed.released()).isFalse();
        assertThat(killed.record().generation()).isEqualTo(12);
    }

    private LeaseFiles.Seen endOf(String behaviour, Consumer<Process> end) throws Exception {
        Process driver = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        directory.toString(),
                        behaviour))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(driver.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null && !line.equals("held")) {
                line = out.readLine();
            }
            assertThat(line).isEqualTo("held");
            end.accept(driver);
            assertThat(driver.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            driver.destroyForcibly();
        }
        return new LeaseFiles(
                        HadoopStore.local(),
                        config(directory.toString()).directory().lease())
                .newest();
    }

    private static RunConfig config(String directory) {
        return new RunConfig("test", "file://" + directory, "", 1, 60);
    }

    /** Takes the run, and says so. */
    static final class Holder {
        public static void main(String[] arguments) throws IOException {
            RunLease lease = RunLease.acquire(
                    HadoopStore.local(), config(arguments[0]), DriverPlace.here("test"), System.err::println);
            lease.begin(3);
            System.out.println("held");
            while (!arguments[1].equals("exit")) {
                LockSupport.park();
            }
            System.exit(0);
        }
    }
}
