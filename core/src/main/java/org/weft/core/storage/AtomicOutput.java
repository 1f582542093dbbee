package org.weft.core.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A file being written that appears under its name when it is whole, in one of the two ways of {@link CommitMode}.
 * {@link #commit()} syncs it and puts it in the place of whatever stands there; closing without a commit gives it up, so
 * that a failed writer leaves nothing behind. Owned by one thread.
 */
public abstract class AtomicOutput extends OutputStream {

    /** Makes the file durable and visible under its name. */
    public abstract void commit() throws IOException;

    /** A fresh SHA-256, the digest of everything that Weft stores. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
