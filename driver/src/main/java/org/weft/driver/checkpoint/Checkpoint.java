package org.weft.driver.checkpoint;

import java.io.Serializable;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.storage.RunDirectory;

/** A committed checkpoint and where it is. */
public record Checkpoint(String directory, CheckpointManifest manifest) implements Serializable {

    /** The run that it lies in now, though it may have been copied there. */
    public RunDirectory run() {
        return RunDirectory.ofCheckpoint(directory);
    }
}
