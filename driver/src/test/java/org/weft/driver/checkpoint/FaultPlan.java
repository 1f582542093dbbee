package org.weft.driver.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Which call of a file system fails, and how; one plan a process, for Hadoop makes the file systems. */
final class FaultPlan {
    /** What happens at the call; a process that died has every later call fail too. */
    enum Kind {
        FAILS(false, false),
        /** Done, but the answer is lost. */
        ANSWER_LOST(true, false),
        DIES_BEFORE(false, true),
        DIES_AFTER(true, true);

        final boolean done;
        final boolean deadly;

        Kind(boolean done, boolean deadly) {
            this.done = done;
            this.deadly = deadly;
        }
    }

    private static final List<String> CALLS = new ArrayList<>();
    private static Kind kind;
    private static int at;
    private static boolean dead;

    private FaultPlan() {}

    /** One call of a file system. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    /** The k-th call from now on, counted from 1. */
    static synchronized void arm(Kind newKind, int k) {
        CALLS.clear();
        kind = newKind;
        at = k;
        dead = false;
    }

    /** All goes well again, as for a new process; returns the calls since {@link #arm}. */
    static synchronized List<String> disarm() {
        List<String> made = List.copyOf(CALLS);
        kind = null;
        dead = false;
        return made;
    }

    static synchronized <T> T call(String name, Call<T> call) throws IOException {
        if (dead) {
            throw new IOException("dead: " + name);
        }
        if (kind == null) {
            return call.run();
        }
        CALLS.add(name);
        if (CALLS.size() != at) {
            return call.run();
        }
        dead = kind.deadly;
        if (kind.done) {
            call.run();
        }
        throw new IOException("call " + at + " failed: " + name);
    }
}
