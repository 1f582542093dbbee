package org.weft.core.config;

import java.io.Serializable;

/** How workers and servers keep step. */
public record SyncConfig(
        @Doc("bsp: every step waits for all lanes; the parameters do not depend on the cluster.")
        Mode mode) implements Serializable {

    /** When a step's update is decided. */
    public enum Mode implements Word {
        BSP
    }

    /** Steps that workers may push for, and versions that they may pull, at the same time. */
    public int openSteps() {
        return 1; // bsp: the lanes of a step begin when the step before has been applied.
    }

    static SyncConfig defaults() {
        return new SyncConfig(Mode.BSP);
    }
}
