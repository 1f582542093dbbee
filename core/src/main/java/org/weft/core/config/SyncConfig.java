package org.weft.core.config;

import java.io.Serializable;

/** How workers and servers keep step. */
public record SyncConfig(
        @Doc("bsp: every step waits for all lanes; the parameters do not depend on the cluster.")
        String mode) implements Serializable {

    static SyncConfig defaults() {
        return new SyncConfig("bsp");
    }

    void validate(Problems problems) {
        problems.require(mode.equals("bsp"), "sync.mode=%s must be bsp", mode);
    }
}
