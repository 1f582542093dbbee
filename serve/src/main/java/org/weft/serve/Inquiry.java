package org.weft.serve;

/** Work that waits for the model's thread. Any thread may cancel it; all else is that thread's. */
abstract class Inquiry {
    private final long deadlineNanos;
    private volatile boolean cancelled;

    /** @param deadlineNanos by {@link System#nanoTime}: when it fails if it is not done */
    Inquiry(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    /** Nobody waits for it any more. It ends between two tokens, without a word. */
    final void cancel() {
        cancelled = true;
    }

    final boolean cancelled() {
        return cancelled;
    }

    final boolean late(long nowNanos) {
        return nowNanos - deadlineNanos >= 0;
    }

    /** It cannot be done; at most once, and nothing follows. What goes wrong with saying so is no other inquiry's fault. */
    final void fail(ApiException failure) {
        try {
            tell(failure);
        } catch (RuntimeException | OutOfMemoryError untold) {
            cancelled = true; // Who waits cannot be told: an answer that fails so has closed its connection.
        }
    }

    /** Says to whoever waits that it cannot be done. */
    abstract void tell(ApiException failure);
}
