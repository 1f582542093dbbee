package org.weft.bench.chaos.live;

import java.io.IOException;
import org.weft.bench.chaos.FaultKind;
import org.weft.bench.chaos.PlannedFault;

/** How one kind of fault is done. */
interface Fault {
    /** Why it cannot be done on this machine; empty where it can. */
    default String lack(Scene scene, FaultKind kind) {
        return "";
    }

    /** Does it. */
    Injection inject(Scene scene, PlannedFault planned) throws IOException;

    /**
     * A fault that was done.
     *
     * @param target whom it hit
     * @param atMillis when
     * @param remark for the table, or empty
     * @param undo ends it; does nothing for one that is done in an instant
     */
    record Injection(String target, long atMillis, String remark, Undo undo) {
        static Injection lasting(String target, Undo undo) {
            return new Injection(target, System.currentTimeMillis(), "", undo);
        }

        static Injection instant(String target, long atMillis) {
            return new Injection(target, atMillis, "", () -> {});
        }

        Injection with(String text) {
            return new Injection(target, atMillis, text, undo);
        }
    }

    /** What ends a fault. */
    @FunctionalInterface
    interface Undo {
        void run() throws IOException;
    }
}
