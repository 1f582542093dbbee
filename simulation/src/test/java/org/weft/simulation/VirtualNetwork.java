package org.weft.simulation;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.ControlCodec;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Link;
import org.weft.core.transport.Service;
import org.weft.core.transport.Transport;

/**
 * Who listens where. As over TCP, a lost message shows as a broken connection some time later, never as silence; beyond
 * TCP, messages overtake each other and arrive twice, for Weft sends again over new connections while the old ones' bytes
 * may still be on their way.
 */
final class VirtualNetwork {
    private static final ControlCodec CODEC = new ControlCodec();
    /** One message in so many travels as bytes. */
    private static final int ENCODED_EVERY = 16;

    final Simulation simulation;
    private final Map<Address, Endpoint> endpoints = new HashMap<>();

    /** A process that listens, and what it does with what comes. */
    record Endpoint(VirtualProcess process, Service service) {}

    VirtualNetwork(Simulation simulation) {
        this.simulation = simulation;
    }

    /** What a process that is given this transport says and hears. */
    Transport of(VirtualProcess process) {
        return new ProcessTransport(process);
    }

    /** Null where nobody listens. */
    Endpoint at(Address address) {
        return endpoints.get(address);
    }

    /** The message as it arrives. */
    Message carried(Message message) {
        return simulation.faults.below(ENCODED_EVERY) == 0 ? CODEC.decode(CODEC.encode(message)) : message;
    }

    private final class ProcessTransport implements Transport {
        private final VirtualProcess process;
        private boolean closed;

        ProcessTransport(VirtualProcess process) {
            this.process = process;
        }

        @Override
        public Listener listen(String host, Service service) {
            process.requireAlive();
            endpoints.put(process.address, new Endpoint(process, service));
            return new Listener() {
                @Override
                public Address address() {
                    return process.address;
                }

                @Override
                public void close() {
                    endpoints.remove(process.address);
                    List.copyOf(process.links).stream()
                            .filter(link -> !link.isFrom(process))
                            .forEach(VirtualLink::breakSoon);
                }
            };
        }

        /** At once: what takes time, and may fail, is the first message. */
        @Override
        public Link connect(Address address) throws IOException {
            process.requireAlive();
            Endpoint to = endpoints.get(address);
            boolean reached =
                    to != null && to.process().isAlive() && !to.process().isIsolated();
            if (closed || !reached || process.isIsolated() || simulation.faults.losesMessage()) {
                throw new IOException("cannot connect to " + address);
            }
            return new VirtualLink(VirtualNetwork.this, process, to);
        }

        @Override
        public void close() {
            closed = true;
            List.copyOf(process.links).stream()
                    .filter(link -> link.isFrom(process))
                    .forEach(VirtualLink::close);
        }
    }
}
