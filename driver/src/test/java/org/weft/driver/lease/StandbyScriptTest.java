package org.weft.driver.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Threads;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

/** A standby whose time passes as a test says, beside a driver of which there are the files alone. */
@Timeout(60)
class StandbyScriptTest {
    private static final int SECONDS = 10;
    private static final int STEPS = 40;
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path directory;

    private final List<String> notices = new ArrayList<>();
    private long now;
    private Event afterPause = () -> {};
    private Call before = (name, path) -> {};
    private Call afterwards = (name, path) -> {};
    private LeaseFiles files;

    /** What happens beside the standby. */
    @FunctionalInterface
    private interface Event {
        void happens() throws IOException;
    }

    /** What happens as the standby asks the storage. */
    @FunctionalInterface
    private interface Call {
        void of(String method, String path) throws IOException;
    }

    @BeforeEach
    void begin() {
        files = new LeaseFiles(HadoopStore.local(), "file://" + directory + "/run/driver.lease");
    }

    @Test
    void aWriteOfItsOwnThatTakesLongIsNoSilenceOfTheDriver() throws IOException {
        files.create(driver(1, 10, null, false));
        boolean[] written = new boolean[3];
        afterPause = () -> {
            if (now >= SECOND && !written[0]) {
                written[0] = true;
                files.write(driver(2, 10, null, false));
            } else if (now >= 20 * SECOND) {
                files.write(driver(4, 10, null, false).ended(10, new LeaseRecord.Ending(false, STEPS)));
            }
        };
        before = (method, path) -> {
            if (method.equals("replace") && now >= 9 * SECOND && !written[1]) {
                written[1] = true;
                now += 4 * SECOND;
                files.write(driver(3, 10, null, false));
            }
        };
        assertThat(standBy()).isNull();
        assertThat(written[1]).isTrue();
        assertThat(notices).noneMatch(text -> text.startsWith("taking the run over"));
    }

    @Test
    void aTermThatWasMadeButNotReadIsKnownForItsOwn() throws IOException {
        files.create(driver(1, 10, null, false));
        boolean[] made = new boolean[2];
        afterwards = (method, path) -> made[0] |= method.equals("createNew");
        before = (method, path) -> {
            if (made[0] && !made[1]) {
                made[1] = true;
                throw new IOException("the store did not answer");
            }
        };
        try (RunLease taken = standBy()) {
            assertThat(taken).isNotNull();
            assertThat(files.newest().term()).isEqualTo(2);
            assertThat(now).isLessThan(12 * SECOND);
        }
    }

    @Test
    void whatASlowDriverSetAsideLastIsNotUsedAgain() throws IOException {
        files.create(driver(1, 10, null, false));
        before = (method, path) -> {
            if (method.equals("createNew")) {
                files.write(driver(2, 30, null, false));
            }
        };
        try (RunLease taken = standBy()) {
            assertThat(taken.highestGeneration()).isEqualTo(30);
        }
    }

    @Test
    void aConnectorsErrorSaysNothingOfTheDriver() throws IOException {
        files.create(driver(1, 10, null, false));
        boolean[] failed = new boolean[1];
        before = (method, path) -> {
            if (now >= 2 * SECOND && !failed[0]) {
                failed[0] = true;
                throw new IllegalStateException("the connection pool was shut down");
            }
        };
        try (RunLease taken = standBy()) {
            assertThat(taken).isNotNull();
        }
        assertThat(notices)
                .contains(
                        "the run's lease cannot be read or written, which is tried again: the connection pool was shut down");
    }

    /** It died before it had set later checkpoints aside: the newest is none that it would have gone on from. */
    @Test
    void theStepThatADriverDidNotGetToBeginAtIsHandedOn() throws IOException {
        files.create(driver(1, 10, 100, false));
        try (RunLease taken = standBy()) {
            assertThat(taken.resumeStep()).isEqualTo(100);
            assertThat(files.newest().record().resumeStep())
                    .as("for whoever comes next")
                    .isEqualTo(100);
            taken.begin(11);
            assertThat(files.newest().record().resumeStep()).isEqualTo(100);
            taken.markBegun();
            assertThat(files.newest().record().resumeStep()).isNull();
        }
    }

    @Test
    void whatStandbysLeftThatWereKilledIsRemoved() throws IOException {
        files.create(driver(1, 10, null, false));
        Path folder = directory.resolve("run/driver.lease");
        Path gone = folder.resolve("standby-11111111.json");
        Path broken = folder.resolve("standby-22222222.json");
        Path slow = folder.resolve("standby-33333333.json");
        Path there = folder.resolve("standby-44444444.json");
        for (Path file : List.of(gone, slow, there)) {
            int period = file.equals(slow) ? 1_000 : SECONDS;
            Files.writeString(file, """
                    {"format_version": 1, "driver": {"host": "h", "process": 1, "application": "a"},
                     "started": "2026-01-01T00:00:00Z", "sign_seconds": %d, "sequence": 3}
                    """.formatted(period));
        }
        Files.writeString(broken, "{");
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofSeconds(11L * SECONDS)));
        for (Path file : List.of(gone, broken, slow)) {
            Files.setLastModifiedTime(file, old);
        }
        try (RunLease taken = standBy()) {
            assertThat(taken).isNotNull();
        }
        assertThat(gone).doesNotExist();
        assertThat(broken).doesNotExist();
        assertThat(slow).exists();
        assertThat(there).exists();
    }

    @Test
    void aStandbyOfARunThatNeverWasLeavesNoTrace() {
        try (StandbyFile own = new StandbyFile(files, new DriverPlace("node-2", 22, "app-2"), SECONDS, SECOND)) {
            own.sign(0);
            assertThat(directory).isNotEmptyDirectory();
        }
        assertThat(directory).isEmptyDirectory();
    }

    private static LeaseRecord driver(long sequence, int generation, Integer resumeStep, boolean began) {
        return new LeaseRecord(
                LeaseRecord.FORMAT_VERSION,
                1,
                "driver",
                new DriverPlace("node-1", 11, "app-1"),
                "2026-01-01T00:00:00Z",
                SECONDS,
                sequence,
                generation,
                false,
                began,
                null,
                null,
                resumeStep);
    }

    private RunLease standBy() throws IOException {
        try (StandbyLease standby = new StandbyLease(
                new LeaseFiles(watched(files.store()), files.directory()),
                new DriverPlace("node-2", 22, "app-2"),
                new StandbyLease.Clock(new Scripted(), SECONDS, SECOND),
                new StandbyLease.Limits(STEPS, 1_000),
                notices::add)) {
            return standby.await();
        }
    }

    private Store watched(Store store) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    String path = arguments == null ? "" : String.valueOf(arguments[0]);
                    before.of(method.getName(), path);
                    try {
                        Object answer = method.invoke(store, arguments);
                        afterwards.of(method.getName(), path);
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** The test's time, and the machine's threads. */
    private final class Scripted implements Threads {
        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public void sleep(long millis) {
            now += millis * 1_000_000;
            try {
                afterPause.happens();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public <T> T await(CompletableFuture<T> future, long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ExecutorService single(String name) {
            return Threads.MACHINE.single(name);
        }

        @Override
        public ScheduledExecutorService timer(String name) {
            return Threads.MACHINE.timer(name);
        }
    }
}
