package org.weft.core.storage;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A file being written under a temporary name beside its own. {@link #commit()} syncs it and renames it over whatever
 * stands there; closing without a commit removes the temporary file, so that a failed writer leaves nothing behind.
 * Owned by one thread.
 */
public abstract class AtomicOutput extends OutputStream {

    /** Makes the file durable and visible under its name. */
    public abstract void commit() throws IOException;
}
