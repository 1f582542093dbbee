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
    private final ScheduledExecutorService thread;
    private final ReentrantLock writing = new ReentrantLock();

    private final AtomicInteger used;
    private final ShutdownTask atShutdown = ShutdownTask.register(this::close);

    /** Guarded by {@link #writing}. */
    private LeaseRecord mine;

    /** Guarded by {@link #writing}. */
    private boolean began;

    private volatile int setAside;
    private boolean silent;
    private volatile boolean closed;
    private volatile WeftException lost;
    private volatile LeaseRecord.Ending ending;
    private Consumer<WeftException> onLost = failure -> {};

    private RunLease(LeaseFiles files, LeaseTaker.Taken taken, Threads threads) {
        this.files = files;
        this.taken = taken;
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
        return acquire(store, run, driver, notices, Threads.MACHINE);
    }

    /**
     * @param threads of the signs of life, and how another driver's lease is watched
     */
    public static RunLease acquire(
            Store store, RunConfig run, DriverPlace driver, Consumer<String> notices, Threads threads)
            throws IOException {
        LeaseFiles files = new LeaseFiles(store, run.directory().lease());
        return acquire(files, driver, run.leaseSeconds(), TimeUnit.SECONDS.toNanos(1), notices, threads);
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
        return of(files, taker.take(), threads, leaseSeconds * unitNanos);
    }

    /** Of a term that was made, where others wait {@code nanos} for a sign of life. */
    static RunLease of(LeaseFiles files, LeaseTaker.Taken taken, Threads threads, long nanos) {
        RunLease lease = new RunLease(files, taken, threads);
        lease.start(nanos / SIGNS);
        return lease;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Ends with close(); renew() handles its failures.
    private void start(long periodNanos) {
        thread.scheduleWithFixedDelay(this::renew, periodNanos, periodNanos, TimeUnit.NANOSECONDS);
    }

    /** Whom to tell, once, that another driver has the run; told at once where that is known already. */
    public synchronized void onLost(Consumer<WeftException> listener) {
        onLost = listener;
        if (lost != null) {
            listener.accept(lost);
        }
    }

    /** Whether a driver before this one, of the same Spark application, {@link #markBegun began} the run. */
    public boolean sameApplicationBegan() {
        return taken.mine().begunBy(taken.mine().driver().application());
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
            mine = mine.begun();
            files.write(mine);
        } finally {
            writing.unlock();
        }
    }

    /** Notes that a generation began; more are set aside before they run out. Does not wait. */
    public void used(int generation) {
        int highest = used.accumulateAndGet(generation, Math::max);
        if (highest + GENERATIONS / 2 > setAside) {
            try {
                thread.execute(this::renew);
            } catch (RejectedExecutionException ending) {
                LOG.debug("driver lease is closed", ending); // Closing writes the last generation.
            }
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
        requireNewest();
    }

    private void requireNewest() throws IOException {
        if (lost == null) {
            LeaseRecord own = taken.mine();
            LeaseFiles.Seen newest = files.newest();
            boolean others = newest != null && newest.record() != null && !newest.isOwnedBy(own.owner());
            boolean later = newest != null && newest.term() > own.term();
            if (later || (others && newest.term() == own.term())) {
                lose(newest);
            }
        }
        if (lost != null) {
            throw lost;
        }
    }

    private synchronized void lose(LeaseFiles.Seen to) {
        if (lost == null) {
            lost = WeftException.failed(
                    "another driver took this run over: " + to.who() + ": no sign of life of this one, term "
                            + taken.mine().term() + ", reached " + files.directory() + " in time",
                    "that driver goes on; where this one was only slow, raise run.lease_seconds");
            LOG.error("driver lease: {}", lost.getMessage());
            onLost.accept(lost);
        }
    }

    /** Gives a sign of life. Storage that fails is tried again at the next. */
    void renew() {
        writing.lock();
        try {
            if (closed || lost != null) {
                return;
            }
            requireNewest();
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
        mine = mine.renewed(block);
        files.write(mine);
        setAside = block;
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
            if (alone && lost == null) {
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
        requireNewest();
        boolean nothingToReplace = taken.before() == null || taken.before().released();
        if (began || !nothingToReplace) {
            files.write(mine.ended(used.get(), ending));
        } else {
            files.delete(mine.term());
            files.deleteEmptyDirectories();
        }
    }
}
