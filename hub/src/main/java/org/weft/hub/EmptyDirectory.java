package org.weft.hub;

import java.io.IOException;
import java.util.Collection;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * A directory that a command fills, whole or not at all. For one thread.
 *
 * @param made whether it is there for this command alone
 */
record EmptyDirectory(Store store, String path, boolean made) {

    /** An error where anything stands there already. */
    static EmptyDirectory require(Store store, String directory) throws IOException {
        if (!store.list(directory).isEmpty()) {
            throw WeftException.usage(
                    directory + " is not empty", "give a directory that does not exist yet, or remove what is there");
        }
        return new EmptyDirectory(store, directory, !store.exists(directory));
    }

    /**
     * Removes what was written before {@code failure}, and nothing that others put there meanwhile.
     *
     * @param written names in it
     */
    void restore(Collection<String> written, Throwable failure) {
        try {
            for (String name : written) {
                store.delete(path + "/" + name);
            }
            if (made) {
                store.deleteEmpty(path);
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
