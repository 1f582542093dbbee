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

    static SyncConfig defaults() {
        return new SyncConfig(Mode.BSP);
    }
}
