package org.weft.driver.lease;

import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.WeftException;

/** Looks whether a driver's term is the run's newest still. Safe for use by many threads. */
final class LeaseFence {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseFence.class);

    private final LeaseFiles files;
    private final LeaseRecord own;
    private volatile WeftException lost;
    private Consumer<WeftException> onLost = failure -> {};

    /**
     * @param own as it was made
     */
    LeaseFence(LeaseFiles files, LeaseRecord own) {
        this.files = files;
        this.own = own;
    }

    /** Whom to tell, once, that another driver has the run; told at once where that is known already. */
    synchronized void onLost(Consumer<WeftException> listener) {
        onLost = listener;
        if (lost != null) {
            listener.accept(lost);
        }
    }

    /** Whether another driver was seen to have the run. */
    boolean isLost() {
        return lost != null;
    }

    /**
     * @throws WeftException where another driver has the run
     */
    void require() throws IOException {
        if (lost == null) {
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
                            + own.term() + ", reached " + files.directory() + " in time",
                    "that driver goes on; where this one was only slow, raise run.lease_seconds");
            LOG.error("driver lease: {}", lost.getMessage());
            onLost.accept(lost);
        }
    }
}
