package org.weft.trainer.commands;

import java.io.IOException;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.progress.Progress;
import org.weft.hub.ModelLocator;
import org.weft.hub.StoredModel;
import picocli.CommandLine.Option;

/** The option of every command that uses a trained model. */
public final class CheckpointOption {
    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "PATH",
            description =
                    "A checkpoint directory, or a run directory for its newest; generate, fill, predict, serve and"
                            + " evaluate --input or --suite take a Hugging Face directory, too.")
    private String path;

    /** As it was given. */
    String path() {
        return path;
    }

    /** The checkpoint that was named, verified. */
    Checkpoint resolve(Store store) throws IOException {
        return locator(store).checkpointAt(path);
    }

    /** The model that was named, which may lie in a Hugging Face directory. */
    StoredModel model(Store store) throws IOException {
        StoredModel model = locator(store).at(path);
        model.notices().forEach(Progress.onStderr()::say);
        return model;
    }

    private static ModelLocator locator(Store store) {
        return new ModelLocator(store, Progress.onStderr()::say);
    }
}
