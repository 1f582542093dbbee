package org.weft.driver.checkpoint;

import java.io.Serializable;
import org.weft.core.checkpoint.CheckpointManifest;

/** A committed checkpoint and where it is. */
public record Checkpoint(String directory, CheckpointManifest manifest) implements Serializable {}
