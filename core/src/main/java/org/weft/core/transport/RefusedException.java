package org.weft.core.transport;

import java.io.IOException;
import org.weft.core.protocol.Message;

/** A request was understood and not acted on. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    RefusedException(Link by, Message request, Message.Refused refusal) {
        super(by + " refused " + request.getClass().getSimpleName() + ": " + refusal.cause());
        this.reason = refusal.cause();
    }

    /** What the one who was asked says of it. */
    public String reason() {
        return reason;
    }
}
