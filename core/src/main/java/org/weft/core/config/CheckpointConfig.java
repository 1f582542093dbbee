package org.weft.core.config;

import java.io.Serializable;

/** Checkpoints of a run. */
public record CheckpointConfig(
        @Doc("Steps between checkpoints; the last step is always saved.")
        int every,

        @Doc("Newest checkpoints to keep; while a run goes on at least 2 stay.")
        int keep,

        @Doc(
                "How files appear: rename (written beside their place, then renamed), direct (written in place; for object "
                        + "stores, which show a file when it is closed), or auto (by the path's scheme).")
        Commit commit,

        @Doc("How often a write of a checkpoint that failed is tried again, after 1, 2, 4 ... seconds.")
        int retries,

        @Doc(
                "Seconds after which a checkpoint that is still being written counts as failed; a failed one is tried again.")
        int saveTimeoutSeconds)
        implements Serializable {

    /** How files appear. */
    public enum Commit implements Word {
        AUTO,
        RENAME,
        DIRECT
    }

    static CheckpointConfig defaults() {
        return new CheckpointConfig(200, 3, Commit.AUTO, 3, 600);
    }

    void validate(Problems problems) {
        problems.require(every >= 1, "checkpoint.every=%d must be at least 1", every);
        problems.require(keep >= 1, "checkpoint.keep=%d must be at least 1", keep);
        problems.require(retries >= 0, "checkpoint.retries=%d must not be negative", retries);
        problems.require(
                saveTimeoutSeconds >= 1, "checkpoint.save_timeout_seconds=%d must be positive", saveTimeoutSeconds);
    }
}
