package org.weft.driver.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.weft.driver.lease.LeaseWaits.die;
import static org.weft.driver.lease.LeaseWaits.until;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.core.ExitStatus;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.local.EmbeddedHdfs;

/** Drivers of one run, on a disk and on a real HDFS. A second of these tests' leases is 100 ms. */
@Timeout(60)
class RunLeaseTest {
    private static final int SECONDS = 6;
    private static final long SECOND = TimeUnit.MILLISECONDS.toNanos(100);
    private static final DriverPlace FIRST = new DriverPlace("node-1", 11, "app-1");
    private static final DriverPlace SECOND_DRIVER = new DriverPlace("node-2", 22, "app-2");

    @TempDir
    static Path temporary;

    private static EmbeddedHdfs hdfs;

    private final AtomicBoolean storageDown = new AtomicBoolean();
    private final List<String> notices = Collections.synchronizedList(new ArrayList<>());
    private final List<WeftException> losses = Collections.synchronizedList(new ArrayList<>());
    private final List<RunLease> open = Collections.synchronizedList(new ArrayList<>());
    private static int runs;
    private LeaseFiles files;

    /** Where the run is. */
    enum Place {
        DISK,
        HDFS
    }

    @BeforeAll
    static void start() {
        hdfs = EmbeddedHdfs.start(temporary.resolve("hdfs"));
    }

    @AfterAll
    static void stop() {
        hdfs.close();
    }

    @AfterEach
    void closeAll() {
        open.forEach(RunLease::close);
    }

    @ParameterizedTest
    @EnumSource
    void theSecondDriverIsRefusedByName(Place place) throws IOException {
        begin(place);
        // Seconds of a second: a machine that stalls must not make the first look dead.
        RunLease first =
                RunLease.acquire(files, FIRST, SECONDS, TimeUnit.SECONDS.toNanos(1), notices::add, Threads.MACHINE);
        open.add(first);
        assertThatThrownBy(() -> RunLease.acquire(
                        files, SECOND_DRIVER, SECONDS, TimeUnit.SECONDS.toNanos(1), notices::add, Threads.MACHINE))
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e.status()).isEqualTo(ExitStatus.FAILED);
                    assertThat(e.hint()).contains("takes over 6 s later", "term-00000001.json");
                })
                .hasMessageMatching(
                        "another driver has this run: host node-1, process 11, application app-1, since .*Z: it is"
                                + " alive");
        assertThat(notices).singleElement().asString().startsWith("another driver has this run's lease (host node-1");
        assertThatCode(first::require).doesNotThrowAnyException();
        assertThat(losses).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anEndGivesTheRunBackAtOnceAndRemembersGenerations(Place place) throws IOException {
        begin(place);
        RunLease first = acquire(FIRST);
        assertThat(first.highestGeneration()).isZero();
        first.begin(1);
        first.used(1);
        first.used(2);
        first.close();
        first.close();
        assertThatThrownBy(first::require).hasMessageContaining("was given back");
        long before = System.nanoTime();
        RunLease second = acquire(SECOND_DRIVER);
        assertThat(System.nanoTime() - before).as("waited").isLessThan(SECONDS * SECOND * 10);
        assertThat(notices).isEmpty();
        assertThat(second.highestGeneration()).isEqualTo(2);
        second.begin(3);
        assertThat(files.store().list(files.directory()))
                .extracting(Store.Entry::name)
                .containsExactly("term-00000002.json");
    }

    @ParameterizedTest
    @EnumSource
    void aDriverThatNeverBeganLeavesWhatItFound(Place place) throws IOException {
        begin(place);
        acquire(FIRST).close();
        assertThat(files.store().list(files.directory())).isEmpty();
        RunLease second = acquire(FIRST);
        second.begin(1);
        second.close();
        LeaseFiles.Seen found = files.newest();
        acquire(SECOND_DRIVER).close();
        assertThat(files.newest().sameAs(found)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void anApplicationKnowsWhetherItBegan(Place place) throws IOException {
        begin(place);
        RunLease first = acquire(FIRST);
        assertThat(first.sameApplicationBegan()).isFalse();
        first.begin(1);
        first.close();
        RunLease beforeItBegan = acquire(FIRST);
        assertThat(beforeItBegan.sameApplicationBegan())
                .as("died with what was there before")
                .isFalse();
        beforeItBegan.begin(11);
        beforeItBegan.markBegun();
        beforeItBegan.renew();
        die(beforeItBegan);
        RunLease third = acquire(FIRST);
        assertThat(third.sameApplicationBegan()).isTrue();
        third.begin(21);
        die(third); // Before it says so itself.
        RunLease fourth = acquire(FIRST);
        assertThat(fourth.sameApplicationBegan()).isTrue();
        fourth.close();
        assertThat(acquire(SECOND_DRIVER).sameApplicationBegan()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aCrashIsTakenOverAndItsGenerationsAreNotUsedAgain(Place place) throws IOException {
        begin(place);
        RunLease first = acquire(FIRST);
        first.begin(1);
        first.used(7);
        until("more generations are set aside", () -> files.newest().record().generation() >= 16);
        die(first);
        long before = System.nanoTime();
        RunLease second = acquire(SECOND_DRIVER);
        assertThat(System.nanoTime() - before).as("watched").isGreaterThanOrEqualTo(SECONDS * SECOND);
        assertThat(second.highestGeneration()).isEqualTo(16);
        assertThat(notices).hasSize(2);
        assertThat(notices.get(1))
                .startsWith("taking the run over: no sign of life for 6 s from host node-1, process 11");
    }

    @ParameterizedTest
    @EnumSource
    void aDriverThatSleptFindsItsRunTakenAndEnds(Place place) throws IOException {
        begin(place);
        RunLease first = acquire(FIRST);
        first.begin(1);
        first.onLost(losses::add);
        die(first);
        RunLease second = acquire(SECOND_DRIVER);
        second.begin(11);
        assertThatThrownBy(first::require)
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith(
                        "another driver took this run over: host node-2, process 22, application app-2");
        first.renew(); // What the thread does when it wakes.
        assertThat(losses).hasSize(1);
        first.onLost(losses::add);
        assertThat(losses).hasSize(2);
        first.close();
        assertThatCode(second::require).doesNotThrowAnyException();
        assertThat(files.newest().record().driver()).isEqualTo(SECOND_DRIVER);
    }

    @ParameterizedTest
    @EnumSource
    void storageThatFailsForAWhileEndsNothing(Place place) throws IOException {
        begin(place);
        RunLease lease = acquire(FIRST);
        lease.begin(1);
        lease.onLost(losses::add);
        storageDown.set(true);
        assertThatThrownBy(lease::require).isInstanceOf(IOException.class);
        lease.renew();
        storageDown.set(false);
        long sequence = files.newest().record().sequence();
        until("signs of life again", () -> files.newest().record().sequence() > sequence);
        assertThatCode(lease::require).doesNotThrowAnyException();
        assertThat(losses).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aLeaseThatCannotBeReadIsWatchedLikeAnyOther(Place place) throws IOException {
        begin(place);
        files.store().createNew(files.path(4), "{\"owner\" : \"x".getBytes(StandardCharsets.UTF_8));
        RunLease lease = acquire(FIRST);
        assertThat(notices.get(0)).contains("a driver whose lease, term 4, cannot be read");
        lease.begin(1);
        assertThat(files.newest().term()).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource
    void ofManyWhoTakeOverAtOnceOneWins(Place place) throws Exception {
        begin(place);
        die(acquire(FIRST));
        int takers = 5;
        ExecutorService executor = Executors.newFixedThreadPool(takers);
        try {
            CyclicBarrier start = new CyclicBarrier(takers);
            List<Future<Boolean>> results = new ArrayList<>();
            for (int taker = 0; taker < takers; taker++) {
                DriverPlace driver = new DriverPlace("taker", taker, "app");
                results.add(executor.submit(() -> {
                    start.await();
                    try {
                        acquire(driver).begin(100 + (int) driver.process());
                        return true;
                    } catch (WeftException refused) {
                        return false;
                    }
                }));
            }
            int winners = 0;
            for (Future<Boolean> result : results) {
                winners += result.get() ? 1 : 0;
            }
            assertThat(winners).isEqualTo(1);
        } finally {
            executor.shutdownNow();
        }
    }

    private void begin(Place place) {
        Store store = new HadoopStore(hdfs.configuration());
        String run = place == Place.HDFS ? hdfs.uri() + "/run-" : "file://" + temporary + "/run-";
        files = new LeaseFiles(failing(store), run + runs++ + "/driver.lease");
    }

    private RunLease acquire(DriverPlace driver) throws IOException {
        RunLease lease = RunLease.acquire(files, driver, SECONDS, SECOND, notices::add, Threads.MACHINE);
        open.add(lease);
        return lease;
    }

    private Store failing(Store store) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (storageDown.get()) {
                        throw new IOException("the NameNode is away");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
