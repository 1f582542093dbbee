package org.weft.driver.lease;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.weft.core.Threads;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;

/**
 * A standby's way to a run: it watches whoever drives it, for as long as that takes, and takes the next term where the driver
 * is silent for its lease's time, or gave the run back before its end. The term is the fence that it is for any driver
 * ({@link RunLease}): of several who take the run at once one gets it, and the others go on watching. For one thread.
 */
public final class StandbyLease implements AutoCloseable {
    /** Looks in the time of silence that a driver is allowed. */
    private static final int LOOKS = 20;

    private final LeaseFiles files;
    private final LeaseTaker taker;
    private final LeaseWatch watch;
    private final Clock clock;
    private final Consumer<String> notices;
    private final StandbyFile own;
    private boolean blind;
    private int watchedTerm = -1;

    /**
     * What time is here.
     *
     * @param leaseSeconds of silence that a driver is allowed
     * @param unitNanos a second, less in tests
     */
    record Clock(Threads threads, int leaseSeconds, long unitNanos) {
        long periodMillis() {
            return Math.max(1, TimeUnit.NANOSECONDS.toMillis(leaseSeconds * unitNanos / LOOKS));
        }
    }

    /**
     * @param config of the run, as its driver has it
     * @param notices told of whoever is watched, and of what comes of it
     */
    public StandbyLease(Store store, WeftConfig config, DriverPlace driver, Consumer<String> notices, Threads threads) {
        this(
                new LeaseFiles(store, config.run().directory().lease()),
                driver,
                new Clock(threads, config.run().leaseSeconds(), TimeUnit.SECONDS.toNanos(1)),
                new Limits(config.training().steps(), config.cluster().startTimeoutSeconds()),
                notices);
    }

    /**
     * @param steps of the run
     * @param patienceSeconds for a first driver
     */
    record Limits(int steps, int patienceSeconds) {}

    StandbyLease(LeaseFiles files, DriverPlace driver, Clock clock, Limits limits, Consumer<String> notices) {
        int seconds = clock.leaseSeconds();
        long unit = clock.unitNanos();
        this.files = files;
        this.taker = new LeaseTaker(files, driver, seconds, unit, notices, clock.threads());
        this.watch = new LeaseWatch(limits.steps(), seconds, unit, limits.patienceSeconds() * unit);
        this.clock = clock;
        this.notices = notices;
        this.own = new StandbyFile(files, driver, seconds, seconds * unit);
    }

    /**
     * Waits until the run is this driver's, or over.
     *
     * @return null where it is over
     */
    public RunLease await() throws IOException {
        while (true) {
            try {
                LeaseFiles.Seen now = files.newest();
                long at = clock.threads().nanoTime(); // Whatever is written later may take any time.
                if (blind) {
                    blind = false;
                    notices.accept("the run's lease can be read again");
                }
                LeaseTaker.Taken made = taker.madeBefore(now);
                if (made != null) {
                    return lease(made);
                }
                LeaseWatch.Verdict verdict = watch.look(now, at);
                switch (verdict) {
                    case WAIT -> tell(now);
                    case FINISHED, STOPPED -> {
                        notices.accept("the run " + over(verdict, now) + ": nothing is left to stand by for");
                        return null;
                    }
                    default -> {
                        LeaseTaker.Taken taken = take(verdict, now);
                        if (taken != null) {
                            return lease(taken);
                        }
                    }
                }
                own.sign(clock.threads().nanoTime());
            } catch (IOException | RuntimeException e) {
                // Says nothing of the driver. Connectors throw the second, too.
                if (!blind) {
                    blind = true;
                    notices.accept(
                            "the run's lease cannot be read or written, which is tried again: " + e.getMessage());
                }
            }
            clock.threads().pause(clock.periodMillis(), "a standby");
        }
    }

    private RunLease lease(LeaseTaker.Taken taken) {
        return RunLease.of(files, taken, clock.threads(), clock.leaseSeconds() * clock.unitNanos());
    }

    private static String over(LeaseWatch.Verdict verdict, LeaseFiles.Seen now) {
        LeaseRecord.Ending ending = now.record().ending();
        if (ending == null) {
            return "was asked to end, and its driver did not get to its last checkpoint";
        }
        return (verdict == LeaseWatch.Verdict.STOPPED ? "was stopped" : "is done") + " at step " + ending.step();
    }

    /** Says whom it waits for, once each. */
    private void tell(LeaseFiles.Seen now) {
        int term = now == null || now.released() ? 0 : now.term();
        if (term == watchedTerm) {
            return;
        }
        watchedTerm = term;
        notices.accept(
                term == 0
                        ? "stands by: nobody drives this run yet"
                        : "stands by: the driver is " + now.who()
                                + ", and is taken over once it gives no sign of life for " + watch.seconds(now)
                                + " s, or ends before the run does");
    }

    /** Null where another was faster. */
    private LeaseTaker.Taken take(LeaseWatch.Verdict verdict, LeaseFiles.Seen now) throws IOException {
        long silent = watch.silentNanos() / clock.unitNanos();
        notices.accept("taking the run over: "
                + switch (verdict) {
                    case SILENT -> "no sign of life for " + silent + " s from " + now.who();
                    case UNFINISHED -> "given back before its end by " + now.who();
                    default -> "nobody drove it for " + silent + " s";
                });
        LeaseTaker.Taken taken;
        try {
            taken = taker.succeed(now);
        } catch (IOException | RuntimeException e) {
            // Where nothing can be written, the driver could give no sign of life either.
            watch.forget();
            throw e;
        }
        if (taken == null) {
            notices.accept("another driver was faster");
            watchedTerm = -1;
        }
        return taken;
    }

    /** Takes back what tells of this standby. */
    @Override
    public void close() {
        own.close();
    }
}
