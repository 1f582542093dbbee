package org.weft.core.storage;

import java.io.IOException;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** A local disk did not do what was asked: it is full, read-only or broken. The message names the file. */
public final class LocalDiskException extends IOException {
    private static final long serialVersionUID = 1L;

    LocalDiskException(Object file, Throwable cause) {
        super(file + ": " + cause.getMessage(), cause);
    }

    /** What a person can do about a failure that has one of these as its cause; null where there is none. */
    public static WeftException explain(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof LocalDiskException disk) {
                return new WeftException(
                        ExitStatus.FAILED,
                        disk.getMessage(),
                        "look at the space (df -h, df -i), the mount and the permissions there; what was committed before"
                                + " stays, and --resume goes on from it",
                        failure);
            }
        }
        return null;
    }
}
