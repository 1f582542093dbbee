package org.weft.worker;

import java.io.IOException;
import org.weft.core.protocol.Address;
import org.weft.core.transport.Link;
import org.weft.core.transport.Transport;

/**
 * A worker's connections to a server. What is sent by one connection goes in order: where gradients are late, the request for a version
 * would wait until the whole gradient before it has left, and the acknowledgement of a gradient until the whole version has. So buckets go
 * up by a connection of their own.
 *
 * @param down for requests, and what they are answered with
 * @param up for what is pushed
 */
record ServerLinks(Link down, Link up) implements AutoCloseable {

    static ServerLinks connect(Transport transport, Address server) throws IOException {
        Link down = transport.connect(server);
        try {
            return new ServerLinks(down, transport.connect(server));
        } catch (IOException | RuntimeException e) {
            down.close();
            throw e;
        }
    }

    boolean isOpen() {
        return down.isOpen() && up.isOpen();
    }

    @Override
    public void close() {
        down.close();
        up.close();
    }
}
