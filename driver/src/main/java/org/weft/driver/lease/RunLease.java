package org.weft.driver.lease;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Threads;
import org.weft.core.WeftException;
import org.weft.core.config.RunConfig;
import org.weft.core.storage.ShutdownTask;
import org.weft.core.storage.Store;

/**
 * This process's right to drive a run, from {@link #acquire} to {@link #close}. A thread of its own gives signs of life;
 * storage that fails for a while does not end the right, only another driver's newer term does. Safe for use by many
 * threads.
 *
 * <p>It also keeps the run's highest generation for the next driver. Numbers are set aside in blocks before they are
 * used, so that a crash loses some but repeats none.
 */
public final class RunLease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunLease.class);
    /** Signs of life that fit into the time that others have to wait. */
    private static final int SIGNS = 4;

    private static final int GENERATIONS = 10;
    private static final long CLOSE_SECONDS = 5;

    private final LeaseFiles files;
    private final LeaseTaker.Taken taken;
    private final LeaseFence fence;
    private final ScheduledExecutorService thread;
    private final ReentrantLock writing = new ReentrantLock();

    private final AtomicInteger used;
    private final ShutdownTask atShutdown = ShutdownTask.register(this::close);

    private LeaseRecord mine; // Guarded by writing, as began is.
    private boolean began;
    private volatile int setAside;
    private boolean silent;
    private volatile boolean closed;
    private volatile LeaseRecord.Ending ending;
    private volatile boolean stopRequested;

    private RunLease(LeaseFiles files, LeaseTaker.Taken taken, Threads threads) {
        this.files = files;
        this.taken = taken;
        this.fence = new LeaseFence(files, taken.mine());
        this.mine = taken.mine();
        this.used = new AtomicInteger(taken.mine().generation());
        this.setAside = taken.mine().generation();
        this.thread = threads.timer("weft-lease");
    }

    /**
     * Takes the lease of a run.
     *
     * @param notices told when another driver's lease is watched or taken over
     * @throws WeftException where another driver has the run
     */
    public static RunLease acquire(Store store, RunConfig run, DriverPlace driver, Consumer<String> notices)
            throws IOException {
        return acquire(store, run, driver, null, notices);
    }

    /**
     * @param threads of the signs of life, and how another driver's lease is watched
     */
    public static RunLease acquire(
            Store store, RunConfig run, DriverPlace driver, Consumer<String> notices, Threads threads)
            throws IOException {
        long unit = TimeUnit.SECONDS.toNanos(1);
        return acquire(
                new LeaseFiles(store, run.directory().lease()), driver, run.leaseSeconds(), unit, notices, threads);
    }

    /**
     * Takes the lease of a run that is to go on from a given step. Until this driver {@link #markBegun began}, its record says so,
     * for whoever goes on in its place.
     *
     * @param resumeStep null for the newest checkpoint, or the run's start
     */
    public static RunLease acquire(
            Store store, RunConfig run, DriverPlace driver, Integer resumeStep, Consumer<String> notices)
            throws IOException {
        LeaseFiles files = new LeaseFiles(store, run.directory().lease());
        long unit = TimeUnit.SECONDS.toNanos(1);
        LeaseTaker taker = new LeaseTaker(files, driver, run.leaseSeconds(), unit, notices, Threads.MACHINE);
        return of(files, taker.take(resumeStep), Threads.MACHINE, run.leaseSeconds() * unit);
    }

    static RunLease acquire(
            LeaseFiles files,
            DriverPlace driver,
            int leaseSeconds,
            long unitNanos,
            Consumer<String> notices,
            Threads threads)
            throws IOException {
        LeaseTaker taker = new LeaseTaker(files, driver, leaseSeconds, unitNanos, notices, threads);
        return of(files, taker.take(null), threads, leaseSeconds * unitNanos);
    }

    /** Of a term that was made, where others wait {@code nanos} for a sign of life. */
    @SuppressWarnings("FutureReturnValueIgnored") // Ends with close(); renew() handles its failures.
    static RunLease of(LeaseFiles files, LeaseTaker.Taken taken, Threads threads, long nanos) {
        RunLease lease = new RunLease(files, taken, threads);
        lease.thread.scheduleWithFixedDelay(lease::renew, nanos / SIGNS, nanos / SIGNS, TimeUnit.NANOSECONDS);
        return lease;
    }

    /** Whom to tell, once, that another driver has the run; told at once where that is known already. */
    public void onLost(Consumer<WeftException> listener) {
        fence.onLost(listener);
    }

    /** Whether a driver before this one, of the same Spark application, {@link #markBegun began} the run. */
    public boolean sameApplicationBegan() {
        return taken.mine().begunBy(taken.mine().driver().application());
    }

    /** The step that this driver, or one before it that had not begun there, was asked to go on from; else null. */
    public Integer resumeStep() {
        return taken.mine().resumeStep();
    }

    /** The highest generation that any earlier driver of this run may have used; 0 where there was none. */
    public int highestGeneration() {
        return taken.mine().generation();
    }

    /**
     * Sets the first generations aside; to be called before anything is written in one of them.
     *
     * @throws WeftException where another driver took the run meanwhile
     */
    public void begin(int firstGeneration) throws IOException {
        writing.lock();
        try {
            require();
            began = true;
            used.accumulateAndGet(firstGeneration, Math::max);
            write();
            files.deleteBefore(mine.term());
        } finally {
            writing.unlock();
        }
    }

    /**
     * Notes that all that is newest in the run's directory is this application's from here on: what an earlier run had beyond
     * this one's start is set aside.
     *
     * @throws WeftException where another driver took the run meanwhile
     */
    public void markBegun() throws IOException {
        writing.lock();
        try {
            require();
            mine = mine.askedToStop(stopRequested).begun();
            files.write(mine);
        } finally {
            writing.unlock();
        }
    }

    /** Notes that a generation began; more are set aside before they run out. Does not wait. */
    public void used(int generation) {
        int highest = used.accumulateAndGet(generation, Math::max);
        if (highest + GENERATIONS / 2 > setAside) {
            renewSoon();
        }
    }

    /**
     * Looks whether this driver has the run still; to be called before what only one driver may do. Between the look and
     * the deed another may take over, but only after this process stood still for the whole of the lease's time.
     *
     * @throws WeftException where another driver has it, or it was given back
     */
    public void require() throws IOException {
        if (closed) {
            throw WeftException.failed("the run's lease was given back: this driver is ending", "");
        }
        fence.require();
    }

    /** Gives a sign of life. Storage that fails is tried again at the next. */
    void renew() {
        writing.lock();
        try {
            if (closed || fence.isLost()) {
                return;
            }
            fence.require();
            write();
            if (silent) {
                LOG.info("driver lease: the storage answers again");
            }
            silent = false;
        } catch (WeftException anothers) {
            LOG.debug("driver lease ends", anothers); // Whoever is to know was told.
        } catch (IOException | RuntimeException e) {
            silent = true;
            LOG.warn("driver lease could not be renewed, the run goes on: {}", e.toString());
        } finally {
            writing.unlock();
        }
    }

    private void write() throws IOException {
        int highest = used.get();
        int block = began ? Math.max(mine.generation(), highest + GENERATIONS - 1) : mine.generation();
        mine = mine.askedToStop(stopRequested).renewed(block);
        files.write(mine);
        setAside = block;
    }

    /**
     * Has the lease say from now on that somebody asked the run to end: whatever becomes of this process, nobody who stands by
     * goes on in its place. Does not wait.
     */
    public void stopRequested() {
        stopRequested = true;
        renewSoon();
    }

    private void renewSoon() {
        try {
            thread.execute(this::renew);
        } catch (RejectedExecutionException ending) {
            LOG.debug("driver lease is closed", ending); // Closing writes the last word.
        }
    }

    /** Has {@link #close} say that the run is over, so that nobody stands by for it any longer. */
    public void runEnded(boolean stopped, int step) {
        ending = new LeaseRecord.Ending(stopped, step);
    }

    /**
     * Stops the signs of life as the end of the process would.
     *
     * @return the thread that may still give the last one
     */
    ExecutorService die() {
        atShutdown.close();
        thread.shutdownNow();
        return thread;
    }

    /**
     * Gives the run back, so that the next driver may start at once. A driver that never began leaves everything as it
     * was.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        atShutdown.close();
        thread.shutdown();
        boolean alone = false;
        try {
            alone = writing.tryLock(CLOSE_SECONDS, TimeUnit.SECONDS);
            if (alone && !fence.isLost()) {
                giveBack();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.warn("driver lease was not given back, it runs out by itself: {}", e.toString());
        } finally {
            if (alone) {
                writing.unlock();
            }
        }
    }

    private void giveBack() throws IOException {
        fence.require();
        boolean nothingToReplace = taken.before() == null || taken.before().released();
        // A run that was stopped before it began is to be left by who stands by for it, who else waits for its driver.
        if (began || !nothingToReplace || (stopRequested && !files.standbys().isEmpty())) {
            files.write(mine.askedToStop(stopRequested).ended(used.get(), ending));
        } else {
            files.delete(mine.term());
            files.deleteEmptyDirectories();
        }
    }
}
