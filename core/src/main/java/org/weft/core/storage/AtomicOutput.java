package org.weft.core.storage;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A file being written that appears under its name when it is whole, in one of the two ways of {@link CommitMode}.
 * {@link #commit()} syncs it and puts it in the place of whatever stands there; closing without a commit gives it up, so
 * that a failed writer leaves nothing behind. Owned by one thread.
 */
public abstract class AtomicOutput extends OutputStream {

    /** Makes the file durable and visible under its name. */
    public abstract void commit() throws IOException;
}
