package org.weft.core;

/** What a command tells the shell. The numbers are part of Weft's interface. */
public enum ExitStatus {
    DONE(0),
    FAILED(1),
    USAGE(2),
    INVALID_DATA(3),
    CLUSTER(4),
    /** Ended by SIGTERM or SIGINT after a checkpoint: 128 + 15, as shells report it. */
    TERMINATED(143);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
