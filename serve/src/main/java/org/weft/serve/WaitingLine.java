package org.weft.serve;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Inquiries in the order in which they came, bounded: those that wait and those that the thread works on count together.
 * Safe for use by many threads; {@link #poll}, {@link #done} and {@link #await} are the thread's.
 */
final class WaitingLine<T extends Inquiry> {
    private final int limit;
    private final ApiException
            tooLate; // made beforehand: nothing may fail between an inquiry that is taken out and its end
    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<T> waiting = new ArrayDeque<>();
    private int open; // waiting or worked on
    private boolean closed;

    /**
     * @param limit inquiries that may be open at once
     * @param timeout what inquiries that fail for being late are told
     */
    WaitingLine(int limit, Duration timeout, LongSupplier nanoClock) {
        this.limit = limit;
        this.tooLate = ApiException.timeout(timeout.toSeconds());
        this.nanoClock = nanoClock;
    }

    /**
     * Lets all of some inquiries wait, or none.
     *
     * @throws ApiException 429 where there is no room, 503 once closed
     */
    void add(List<T> inquiries) {
        lock.lock();
        try {
            if (closed) {
                throw ApiException.stopping();
            }
            if (open + inquiries.size() > limit) {
                throw ApiException.busy("too many requests: " + open + " of at most " + limit
                        + " texts are waiting or being answered, and this request has " + inquiries.size());
            }
            waiting.addAll(inquiries); // which may lack memory
            open += inquiries.size();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an inquiry to wait, or for the end; not at all where the caller has other work. */
    void await(boolean busy) throws InterruptedException {
        lock.lock();
        try {
            while (!busy && waiting.isEmpty() && !closed) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
        failLate();
    }

    /** Ends those among the waiting that are too late or that nobody waits for, wherever they stand. */
    private void failLate() {
        List<T> late;
        lock.lock();
        try {
            late = new ArrayList<>(waiting.size()); // has room for all: what is removed is also ended
            long now = nanoClock.getAsLong();
            for (Iterator<T> each = waiting.iterator(); each.hasNext(); ) {
                T inquiry = each.next();
                if (inquiry.cancelled() || inquiry.late(now)) {
                    each.remove();
                    late.add(inquiry);
                }
            }
        } finally {
            lock.unlock();
        }
        for (T inquiry : late) {
            end(inquiry);
        }
    }

    /** Says why an inquiry ends that was not finished: no word where nobody waits for it. */
    void end(T inquiry) {
        if (inquiry.cancelled()) {
            done();
        } else {
            fail(inquiry, tooLate);
        }
    }

    /** An inquiry that was taken out cannot be done. */
    void fail(T inquiry, ApiException failure) {
        try {
            inquiry.fail(failure);
        } finally {
            done();
        }
    }

    /** Whether an inquiry that is worked on has to end. */
    boolean over(T inquiry) {
        return inquiry.cancelled() || inquiry.late(nanoClock.getAsLong());
    }

    /** The inquiry that came first; null where none waits. It counts as open until {@link #done}. */
    T poll() {
        lock.lock();
        try {
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** An inquiry that was taken out has ended, however. */
    void done() {
        lock.lock();
        try {
            open--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Inquiries that wait. */
    int length() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more inquiries. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for all open inquiries to end; false where some had not by then. */
    boolean awaitEmpty(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (open > 0) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
