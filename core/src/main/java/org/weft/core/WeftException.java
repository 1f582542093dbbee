package org.weft.core;

/**
 * A failure that a person can act on: one message that names the thing and its values, one hint with the way out, and
 * the exit status. Commands print the two lines and no stack trace unless {@code --verbose} is given.
 */
public class WeftException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitStatus status;
    private final String hint;

    public WeftException(ExitStatus status, String message, String hint) {
        this(status, message, hint, null);
    }

    public WeftException(ExitStatus status, String message, String hint, Throwable cause) {
        super(message, cause);
        this.status = status;
        this.hint = hint;
    }

    /** Data, a corpus or a checkpoint that cannot be used: exit status 3. */
    public static WeftException invalidData(String message, String hint) {
        return new WeftException(ExitStatus.INVALID_DATA, message, hint);
    }

    /** A configuration or a command line that cannot be run: exit status 2. */
    public static WeftException usage(String message, String hint) {
        return new WeftException(ExitStatus.USAGE, message, hint);
    }

    /** Anything else that ends a run with a known cause: exit status 1. */
    public static WeftException failed(String message, String hint) {
        return new WeftException(ExitStatus.FAILED, message, hint);
    }

    public ExitStatus status() {
        return status;
    }

    /** What to do about it; never null, may be empty. */
    public String hint() {
        return hint;
    }

    /** The first {@code WeftException} among the causes of {@code failure}, or null: Spark wraps what tasks throw. */
    public static WeftException within(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof WeftException found) {
                return found;
            }
        }
        return null;
    }
}
