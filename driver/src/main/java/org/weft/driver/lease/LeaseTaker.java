package org.weft.driver.lease;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Threads;
import org.weft.core.WeftException;

/**
 * Takes a run's next term. Where another driver's lease stands, it is watched by this process's own clock: one sign of
 * life within the time that it asks for, and the run is its; none, and it is taken over. Clocks of different machines
 * are never compared.
 */
final class LeaseTaker {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseTaker.class);
    private static final int LOOKS = 20;

    private final LeaseFiles files;
    private final DriverPlace driver;
    private final int leaseSeconds;
    private final long unitNanos;
    private final Consumer<String> notices;
    private final Threads threads;
    /** What {@link #succeed} last tried to make. */
    private Taken tried;

    /**
     * @param unitNanos a second, less in tests
     */
    LeaseTaker(
            LeaseFiles files,
            DriverPlace driver,
            int leaseSeconds,
            long unitNanos,
            Consumer<String> notices,
            Threads threads) {
        this.files = files;
        this.driver = driver;
        this.leaseSeconds = leaseSeconds;
        this.unitNanos = unitNanos;
        this.notices = notices;
        this.threads = threads;
    }

    /**
     * What was found, and what was made.
     *
     * @param before null where nobody ever drove this run
     */
    record Taken(LeaseFiles.Seen before, LeaseRecord mine) {}

    /**
     * @param resumeStep for {@link LeaseRecord}
     * @throws WeftException where another driver has the run
     */
    Taken take(Integer resumeStep) throws IOException {
        LeaseFiles.Seen found = files.newest();
        if (found != null && !found.released()) {
            found = watch(found);
        }
        LeaseRecord mine = termAfter(found, resumeStep);
        LeaseFiles.Seen now = make(mine);
        if (!now.isOwnedBy(mine.owner())) {
            throw refused(now, "took it first");
        }
        return new Taken(found, mine);
    }

    /**
     * Makes the term after one that nobody holds any more, as far as this driver knows.
     *
     * @param found null where nobody ever drove this run
     * @return null where another driver made it first
     */
    Taken succeed(LeaseFiles.Seen found) throws IOException {
        LeaseRecord before = found == null ? null : found.record();
        LeaseRecord mine = termAfter(found, before == null || before.hasBegun() ? null : before.resumeStep());
        tried = new Taken(found, mine);
        return make(mine).isOwnedBy(mine.owner()) ? afterLastWord(tried) : null;
    }

    /**
     * What {@link #succeed} has made though it failed: the file came to be, and could not be read then.
     *
     * @param now what stands there
     * @return null where that is another's
     */
    Taken madeBefore(LeaseFiles.Seen now) throws IOException {
        return tried != null && now != null && now.isOwnedBy(tried.mine().owner()) ? afterLastWord(tried) : null;
    }

    /** A driver that was slow, and not dead, may have set more generations aside until the next term was there to be seen. */
    private Taken afterLastWord(Taken taken) throws IOException {
        LeaseFiles.Seen last =
                taken.before() == null ? null : files.at(taken.before().term());
        int generation =
                last == null || last.record() == null ? 0 : last.record().generation();
        return generation <= taken.mine().generation()
                ? taken
                : new Taken(taken.before(), taken.mine().from(generation));
    }

    private LeaseRecord termAfter(LeaseFiles.Seen found, Integer resumeStep) {
        int term = found == null ? 1 : found.term() + 1;
        int generation =
                found == null || found.record() == null ? 0 : found.record().generation();
        boolean began =
                found != null && found.record() != null && found.record().begunBy(driver.application());
        return new LeaseRecord(
                LeaseRecord.FORMAT_VERSION,
                term,
                UUID.randomUUID().toString(),
                driver,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                leaseSeconds,
                0,
                generation,
                false,
                began,
                null,
                null,
                began ? null : resumeStep);
    }

    /** What stands there afterwards decides, whatever the answer was: it may have been lost, and the request repeated. */
    private LeaseFiles.Seen make(LeaseRecord mine) throws IOException {
        try {
            files.create(mine);
        } catch (IOException e) {
            LeaseFiles.Seen now = files.newest();
            if (now == null || !now.isOwnedBy(mine.owner())) {
                throw e;
            }
            LOG.warn("driver lease: {}", e.toString());
        }
        LeaseFiles.Seen now = files.newest();
        if (now == null) {
            throw WeftException.failed(
                    "the run's lease vanished as it was made: " + files.path(mine.term()),
                    "try again; is the storage well?");
        }
        LOG.debug("driver lease: term {} owner {}", mine.term(), mine.owner());
        return now;
    }

    /** Returns what stands there when nobody drives this run any more. */
    private LeaseFiles.Seen watch(LeaseFiles.Seen found) throws IOException {
        LeaseFiles.Seen first = found;
        int seconds = Math.max(
                leaseSeconds, first.record() == null ? 0 : first.record().leaseSeconds());
        long needed = seconds * unitNanos;
        long since = threads.nanoTime();
        notices.accept("another driver has this run's lease (" + first.who() + "): watching up to " + seconds
                + " s for a sign of life");
        while (true) {
            threads.pause(TimeUnit.NANOSECONDS.toMillis(needed / LOOKS), "the look at another driver's lease");
            try {
                LeaseFiles.Seen now = files.newest();
                if (now == null || now.released()) {
                    return now;
                }
                if (now.term() < first.term()) { // The one that was watched gave back what it never used.
                    first = now;
                    since = threads.nanoTime();
                } else if (!now.sameAs(first)) {
                    throw refused(now, "is alive");
                } else if (threads.nanoTime() - since >= needed) {
                    notices.accept("taking the run over: no sign of life for " + seconds + " s from " + now.who());
                    return now;
                }
            } catch (IOException e) { // Says nothing of the other driver.
                if (threads.nanoTime() - since > 3 * needed) {
                    throw e;
                }
                LOG.warn("could not look at {}: {}", files.directory(), e.toString());
            }
        }
    }

    private WeftException refused(LeaseFiles.Seen other, String why) {
        int seconds = other.record() == null ? leaseSeconds : other.record().leaseSeconds();
        return WeftException.failed(
                "another driver has this run: " + other.who() + ": it " + why,
                "wait for its end, or stop it; where it dies without a word, this command takes over " + seconds
                        + " s later; the lease is " + files.path(other.term()));
    }
}
