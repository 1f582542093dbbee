package org.weft.serve;

import java.time.Duration;

/** How many requests are being answered, and a way to wait until none is. Safe for use by many threads. */
final class OpenAnswers {
    private int count;

    synchronized void began() {
        count++;
    }

    synchronized void ended() {
        count--;
        notifyAll();
    }

    /** Waits until every answer was written or its client is gone; at most so long. */
    synchronized void await(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        for (long left = limit.toMillis(); count > 0 && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }
}
