package org.weft.trainer.checkpoint;

import java.io.Serializable;
import org.weft.core.storage.CheckpointManifest;

/** A committed checkpoint and where it is. */
public record Checkpoint(String directory, CheckpointManifest manifest) implements Serializable {}
