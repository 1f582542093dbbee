package org.weft.serve;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.weft.core.WeftException;

/**
 * Where a server listens and what it takes on.
 *
 * @param port 0 for any that is free
 * @param maxBatch texts that grow side by side
 * @param queue texts that may wait beside those
 * @param timeout of a request, from its arrival to its last token
 * @param maxTokens that a request may ask for, of each text
 * @param access who may ask
 * @param network bounds for connections
 */
public record ServeOptions(
        String host,
        int port,
        int maxBatch,
        int queue,
        Duration timeout,
        int maxTokens,
        Access access,
        Network network) {

    /**
     * Who may ask.
     *
     * @param apiKeys one of which a request must bear; empty for no such check
     * @param hosts names that this machine has beside its addresses and localhost; {@code *} for any
     * @param origins pages of which servers may use this one, such as {@code http://localhost:3000}; {@code *} for any
     */
    public record Access(List<String> apiKeys, List<String> hosts, List<String> origins) {
        public Access {
            apiKeys = List.copyOf(apiKeys);
            hosts = lower(hosts);
            origins = lower(origins);
            for (String origin : origins) {
                if (!origin.matches("\\*|null|[a-z][a-z0-9+.-]*://[^/\\s]+")) {
                    throw WeftException.usage(
                            "--allow-origin " + origin + " is no origin", "for example: http://localhost:3000");
                }
            }
        }

        /** Whoever reaches the server, but no pages of others. */
        public static Access open() {
            return new Access(List.of(), List.of(), List.of());
        }

        private static List<String> lower(List<String> names) {
            return names.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
        }
    }

    /**
     * Bounds for connections.
     *
     * @param connections open at once; more are answered 503 and closed
     * @param maxBodyBytes of a request
     * @param patience within which a client must have sent a whole request, or read what was sent to it
     */
    public record Network(int connections, int maxBodyBytes, Duration patience) {
        public static Network defaults() {
            return new Network(512, 1 << 20, Duration.ofSeconds(30));
        }
    }

    public ServeOptions {
        require(port >= 0 && port <= 65535, "--port", port, "from 0 to 65535");
        require(maxBatch >= 1, "--max-batch", maxBatch, "at least 1");
        require(queue >= 0, "--queue", queue, "at least 0");
        require(timeout.toSeconds() >= 1, "--timeout", timeout.toSeconds(), "at least 1 (seconds)");
        require(maxTokens >= 1, "--max-tokens", maxTokens, "at least 1");
        require(network.connections() >= 1, "--connections", network.connections(), "at least 1");
    }

    /** On the loopback interface, without keys, with the bounds that the command has as defaults. */
    public static ServeOptions defaults() {
        return new ServeOptions(
                "127.0.0.1", 8080, 16, 256, Duration.ofSeconds(120), 1024, Access.open(), Network.defaults());
    }

    public ServeOptions withPort(int other) {
        return new ServeOptions(host, other, maxBatch, queue, timeout, maxTokens, access, network);
    }

    public ServeOptions withBatch(int batch, int waiting) {
        return new ServeOptions(host, port, batch, waiting, timeout, maxTokens, access, network);
    }

    public ServeOptions withTimeout(Duration other) {
        return new ServeOptions(host, port, maxBatch, queue, other, maxTokens, access, network);
    }

    public ServeOptions withNetwork(Network other) {
        return new ServeOptions(host, port, maxBatch, queue, timeout, maxTokens, access, other);
    }

    public ServeOptions withApiKeys(List<String> keys) {
        return withAccess(new Access(keys, access.hosts(), access.origins()));
    }

    public ServeOptions withAccess(Access other) {
        return new ServeOptions(host, port, maxBatch, queue, timeout, maxTokens, other, network);
    }

    private static void require(boolean holds, String option, long value, String what) {
        if (!holds) {
            throw WeftException.usage(option + " " + value + " must be " + what, "");
        }
    }
}
