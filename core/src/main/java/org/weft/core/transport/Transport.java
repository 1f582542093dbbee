package org.weft.core.transport;

import java.io.IOException;
import org.weft.core.protocol.Address;

/** How processes of one run reach each other. Every connection authenticates with the run's secret. */
public interface Transport extends AutoCloseable {

    /** Serves requests on a free port of {@code host} until closed. */
    Listener listen(String host, Service service);

    /**
     * Connects and authenticates.
     *
     * @throws IOException where nobody listens or the secret is not the run's
     */
    Link connect(Address address) throws IOException;

    @Override
    void close();

    /** A listening socket. */
    interface Listener extends AutoCloseable {
        Address address();

        @Override
        void close();
    }
}
