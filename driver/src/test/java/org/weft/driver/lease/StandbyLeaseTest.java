package org.weft.driver.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.weft.driver.lease.LeaseWaits.die;
import static org.weft.driver.lease.LeaseWaits.until;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

/** Standbys of one run on a disk. A second of these tests' leases is 250 ms. */
@Timeout(60)
class StandbyLeaseTest {
    private static final int SECONDS = 6;
    private static final int STEPS = 40;
    private static final long SECOND = TimeUnit.MILLISECONDS.toNanos(250);
    private static final DriverPlace DRIVER = new DriverPlace("node-1", 11, "app-1");

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> notices = Collections.synchronizedList(new ArrayList<>());
    private final List<RunLease> open = Collections.synchronizedList(new ArrayList<>());
    private final AtomicBoolean full = new AtomicBoolean();
    private LeaseFiles files;

    @BeforeEach
    void begin() {
        files = new LeaseFiles(full(HadoopStore.local()), "file://" + directory + "/run/driver.lease");
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
        open.forEach(RunLease::close);
    }

    @Test
    void aDeadDriversRunIsTakenAndTheDeadOneIsKeptOut() throws Exception {
        RunLease driver = driver();
        driver.begin(1);
        driver.used(7);
        Future<RunLease> standby = standBy("node-2");
        until("it watches", () -> notices.stream()
                .anyMatch(text -> text.startsWith("stands by: the driver is host node-1")));
        assertThat(standby.isDone()).isFalse();
        die(driver);
        RunLease taken = standby.get();
        assertThat(notices)
                .anyMatch(text -> text.startsWith("taking the run over: no sign of life for 6 s from host node-1"));
        assertThat(taken.highestGeneration()).isGreaterThanOrEqualTo(7);
        taken.begin(taken.highestGeneration() + 1);
        assertThatCode(taken::require).doesNotThrowAnyException();
        assertThatThrownBy(driver::require)
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("another driver took this run over: host node-2");
        assertThat(files.store().list(files.directory()))
                .extracting(Store.Entry::name)
                .containsExactly("term-00000002.json");
    }

    @Test
    void ofManyStandbysOneDrivesAndTheOthersGoOnWatching() throws Exception {
        RunLease driver = driver();
        driver.begin(1);
        List<Future<RunLease>> standbys = new ArrayList<>();
        for (int i = 2; i < 6; i++) {
            standbys.add(standBy("node-" + i));
        }
        die(driver);
        until("one has it", () -> standbys.stream().anyMatch(Future::isDone));
        RunLease taken = standbys.stream()
                .filter(Future::isDone)
                .findFirst()
                .orElseThrow()
                .get();
        taken.begin(11);
        String host = files.newest().record().driver().host();
        until(
                "the others watch it",
                () -> notices.stream()
                                .filter(text -> text.startsWith("stands by: the driver is host " + host + ","))
                                .count()
                        >= 3);
        taken.runEnded(false, STEPS);
        taken.close();
        int drivers = 0;
        for (Future<RunLease> standby : standbys) {
            drivers += standby.get() == null ? 0 : 1;
        }
        assertThat(drivers).isEqualTo(1);
        assertThat(notices.stream()
                        .filter(text -> text.startsWith("the run is done at step 40"))
                        .count())
                .isEqualTo(3);
    }

    @Test
    void aRunThatIsStoppedNeedsNoStandby() throws Exception {
        RunLease driver = driver();
        driver.begin(1);
        Future<RunLease> standby = standBy("node-2");
        until("it watches", () -> !notices.isEmpty());
        driver.runEnded(true, 12);
        driver.close();
        assertThat(standby.get()).isNull();
        assertThat(notices).last().asString().startsWith("the run was stopped at step 12");
    }

    /** A second Ctrl-C, or the end of a grace. */
    @Test
    void aRunThatWasAskedToEndIsLeftThoughItsDriverDies() throws Exception {
        RunLease driver = driver();
        driver.begin(1);
        Future<RunLease> standby = standBy("node-2");
        until("it watches", () -> !notices.isEmpty());
        driver.stopRequested();
        until("it is written", () -> files.newest().stops());
        die(driver);
        assertThat(standby.get()).isNull();
        assertThat(notices).last().asString().startsWith("the run was asked to end, and its driver did not get to");
    }

    @Test
    void aRunThatIsStoppedBeforeItBeganIsLeft() throws Exception {
        RunLease driver = driver();
        Future<RunLease> standby = standBy("node-2");
        until("it watches", () -> notices.stream().anyMatch(text -> text.startsWith("stands by: the driver is")));
        until("it says so", () -> standbyFiles() == 1);
        driver.stopRequested();
        driver.close();
        assertThat(standby.get()).isNull();
    }

    @Test
    void aRunThatIsStoppedBeforeItBeganLeavesNoTraceWhereNobodyStandsBy() throws Exception {
        RunLease driver = driver();
        driver.stopRequested();
        driver.close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aRunThatFailedIsTakenAtOnce() throws Exception {
        RunLease driver = driver();
        driver.begin(1);
        Future<RunLease> standby = standBy("node-2");
        until("it watches", () -> !notices.isEmpty());
        driver.close();
        assertThat(standby.get()).isNotNull();
        assertThat(notices)
                .anyMatch(text -> text.startsWith("taking the run over: given back before its end by host node-1"));
    }

    @Test
    void whoLooksIsToldOfAStandbyWhileItIsThere() throws Exception {
        RunLease driver = driver();
        driver.begin(1);
        Future<RunLease> standby = standBy("node-2");
        until("it says so", () -> standbyFiles() == 1);
        driver.runEnded(false, STEPS);
        driver.close();
        assertThat(standby.get()).isNull();
        assertThat(standbyFiles()).isZero();
    }

    /** Disks are full: the driver cannot sign, and is alive. */
    @Test
    void storageThatTakesNothingForAWhileCostsNoDriver() throws Exception {
        RunLease driver = driver();
        driver.begin(1);
        Future<RunLease> standby = standBy("node-2");
        until("it watches", () -> !notices.isEmpty());
        full.set(true);
        until(
                "it tried",
                () -> notices.stream()
                                .filter(text -> text.startsWith("taking the run over"))
                                .count()
                        >= 2);
        full.set(false);
        long signs = files.newest().record().sequence();
        until("signs of life again", () -> files.newest().record().sequence() > signs + 4);
        assertThatCode(driver::require).doesNotThrowAnyException();
        assertThat(standby.isDone()).isFalse();
        driver.runEnded(false, STEPS);
        driver.close();
        assertThat(standby.get()).isNull();
    }

    private Store full(Store store) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (full.get()
                            && (method.getName().equals("createNew")
                                    || method.getName().equals("replace"))) {
                        throw new IOException("No space left on device");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private long standbyFiles() throws IOException {
        try (var names = Files.list(directory.resolve("run/driver.lease"))) {
            return names.filter(path -> path.getFileName().toString().matches("standby-.*\\.json"))
                    .count();
        }
    }

    private RunLease driver() throws IOException {
        RunLease lease = RunLease.acquire(files, DRIVER, SECONDS, SECOND, notices::add, Threads.MACHINE);
        open.add(lease);
        return lease;
    }

    private Future<RunLease> standBy(String host) {
        return threads.submit(() -> {
            try (StandbyLease standby = new StandbyLease(
                    files,
                    new DriverPlace(host, 22, "app-2"),
                    new StandbyLease.Clock(Threads.MACHINE, SECONDS, SECOND),
                    new StandbyLease.Limits(STEPS, 100),
                    notices::add)) {
                RunLease lease = standby.await();
                if (lease != null) {
                    open.add(lease);
                }
                return lease;
            }
        });
    }
}
