package org.weft.hub;

import java.io.IOException;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/** A directory that a command fills, whole or not at all. */
final class EmptyDirectory {
    private EmptyDirectory() {}

    /** An error where anything stands there already. */
    static void require(Store store, String directory) throws IOException {
        if (!store.list(directory).isEmpty()) {
            throw WeftException.usage(
                    directory + " is not empty", "give a directory that does not exist yet, or remove what is there");
        }
    }

    /** Removes what was written before {@code failure}. */
    static void restore(Store store, String directory, Exception failure) {
        try {
            store.delete(directory);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
