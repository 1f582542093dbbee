package org.weft.core.storage;

import java.io.IOException;
import java.util.Optional;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** A local disk did not do what was asked: it is full, read-only or broken. The message names the file. */
public final class LocalDiskException extends IOException {
    private static final long serialVersionUID = 1L;

    private static final String FULL = "No space left on device";

    LocalDiskException(Object file, Throwable cause) {
        super(file + ": " + cause.getMessage(), cause);
    }

    /** What a person can do about a failure that a full or failing disk has caused; null where none has. */
    public static WeftException explain(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof LocalDiskException disk) {
                return new WeftException(
                        ExitStatus.FAILED,
                        disk.getMessage(),
                        "look at the space (df -h, df -i), the mount and the permissions there; what was committed before stays:"
                                + " the same command goes on from it, a run with --resume",
                        failure);
            }
        }
        return explainSparksOwn(failure);
    }

    /** Files that Spark writes for itself are in no message; the machine is, in the first line of a task's failure. */
    private static WeftException explainSparksOwn(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            Optional<String> full = String.valueOf(at.getMessage())
                    .lines()
                    .filter(line -> line.contains(FULL))
                    .findFirst();
            if (full.isPresent()) {
                return new WeftException(
                        ExitStatus.FAILED,
                        full.get().strip(),
                        "a disk of that machine is full (df -h); Spark's own files lie in spark.local.dir, or where"
                                + " SPARK_LOCAL_DIRS says, by default in /tmp",
                        failure);
            }
        }
        return null;
    }
}
