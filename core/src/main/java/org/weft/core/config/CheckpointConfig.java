package org.weft.core.config;

import java.io.Serializable;

/** Checkpoints of a run. */
public record CheckpointConfig(
        @Doc("Steps between checkpoints; the last step is always saved.")
        int every,

        @Doc("Newest checkpoints to keep.") int keep,

        @Doc(
                "Seconds after which a checkpoint that is still being written counts as failed; a failed one is tried again.")
        int saveTimeoutSeconds)
        implements Serializable {

    static CheckpointConfig defaults() {
        return new CheckpointConfig(200, 3, 600);
    }

    void validate(Problems problems) {
        problems.require(every >= 1, "checkpoint.every=%d must be at least 1", every);
        problems.require(keep >= 1, "checkpoint.keep=%d must be at least 1", keep);
        problems.require(
                saveTimeoutSeconds >= 1, "checkpoint.save_timeout_seconds=%d must be at least 1", saveTimeoutSeconds);
    }
}
