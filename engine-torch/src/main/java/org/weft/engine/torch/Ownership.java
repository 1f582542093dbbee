package org.weft.engine.torch;

/** That a replica is used by the thread that opened it, and while it is open. */
final class Ownership {
    private final Thread owner = Thread.currentThread();
    private final String device;
    private volatile boolean closed;

    /** Of the calling thread. */
    Ownership(String device) {
        this.device = device;
    }

    /** For what any thread may do. */
    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the replica on " + device + " is closed");
        }
    }

    /** For all else. */
    void require() {
        requireOpen();
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("the replica belongs to thread " + owner.getName() + ", called by "
                    + Thread.currentThread().getName());
        }
    }

    /** Whether it was open until now. */
    boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }
}
