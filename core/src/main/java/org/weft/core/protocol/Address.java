package org.weft.core.protocol;

import java.io.Serializable;

/** Where a process listens. */
public record Address(String host, int port) implements Serializable {
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
