package org.weft.trainer.commands;

import java.io.IOException;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.progress.Progress;
import picocli.CommandLine.Option;

/** The option of every command that uses a trained model. */
public final class CheckpointOption {
    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "PATH",
            description = "A checkpoint directory, or a run directory for its newest.")
    private String path;

    /** As it was given. */
    String path() {
        return path;
    }

    /** The checkpoint that was named, verified. */
    Checkpoint resolve(Store store) throws IOException {
        return new CheckpointResolver(store, Progress.onStderr()::say).at(path);
    }
}
