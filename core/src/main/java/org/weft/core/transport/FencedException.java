package org.weft.core.transport;

import java.io.IOException;

/** The coordinator no longer knows this attempt of a member: it was replaced or given up, and must end quietly. */
public final class FencedException extends IOException {
    private static final long serialVersionUID = 1L;

    public FencedException(String cause) {
        super(cause);
    }
}
