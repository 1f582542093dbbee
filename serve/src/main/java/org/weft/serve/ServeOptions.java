package org.weft.serve;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.weft.core.Records;
import org.weft.core.WeftException;

/**
 * Where a server listens and what it takes on.
 *
 * @param port 0 for any that is free
 * @param maxBatch texts that grow side by side
 * @param queue texts that may wait beside those
 * @param timeout of a request, from its arrival to its last token
 * @param maxTokens that a request may ask for, of each text
 * @param prefixCacheMegabytes of keys and values of how prompts began, that each model may keep; 0 for none
 * @param access who may ask
 * @param network bounds for connections
 * @param page what stands at {@code /}, in HTML: a page of the user's; empty for Weft's own
 */
public record ServeOptions(
        String host,
        int port,
        int maxBatch,
        int queue,
        Duration timeout,
        int maxTokens,
        int prefixCacheMegabytes,
        Access access,
        Network network,
        Optional<String> page) {

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
            return names.stream()
                    .map(name -> name.strip().toLowerCase(Locale.ROOT))
                    .toList();
        }
    }

    /**
     * Bounds for connections.
     *
     * @param connections open at once; more are answered 503 and closed
     * @param maxBodyBytes of a request
     * @param patience within which a client must have sent a whole request, or read what was sent to it
     * @param heldBytes of bodies whose requests are not answered, and as many of answers that are not read, all connections
     *     together; at least {@code maxBodyBytes}
     * @param tls what the server proves itself with; empty where it speaks in the clear
     */
    public record Network(int connections, int maxBodyBytes, Duration patience, long heldBytes, Optional<Tls> tls) {
        /** Of the heap: a body becomes several times as large while it is read. */
        private static final int HELD_SHARE = 8;

        public Network {
            if (heldBytes < maxBodyBytes) {
                throw new IllegalArgumentException("heldBytes=" + heldBytes + " maxBodyBytes=" + maxBodyBytes);
            }
        }

        /** Holds an eighth of the heap. */
        public Network(int connections, int maxBodyBytes, Duration patience, Optional<Tls> tls) {
            this(
                    connections,
                    maxBodyBytes,
                    patience,
                    Math.max(maxBodyBytes, Runtime.getRuntime().maxMemory() / HELD_SHARE),
                    tls);
        }

        public Network(int connections, int maxBodyBytes, Duration patience) {
            this(connections, maxBodyBytes, patience, Optional.empty());
        }

        public static Network defaults() {
            return new Network(512, 1 << 20, Duration.ofSeconds(30));
        }
    }

    /**
     * Files in PEM.
     *
     * @param certificate the server's own first, then those that vouch for it
     * @param key of the first certificate: PKCS #8, without a passphrase
     */
    public record Tls(Path certificate, Path key) {}

    public ServeOptions {
        require(port >= 0 && port <= 65535, "--port", port, "from 0 to 65535");
        require(maxBatch >= 1, "--max-batch", maxBatch, "at least 1");
        require(queue >= 0, "--queue", queue, "at least 0");
        require(timeout.toSeconds() >= 1, "--timeout", timeout.toSeconds(), "at least 1 (seconds)");
        require(maxTokens >= 1, "--max-tokens", maxTokens, "at least 1");
        require(prefixCacheMegabytes >= 0, "--prefix-cache", prefixCacheMegabytes, "at least 0 (MB)");
        require(network.connections() >= 1, "--connections", network.connections(), "at least 1");
    }

    /** On the loopback interface, without keys, with the bounds that the command has as defaults. */
    public static ServeOptions defaults() {
        return new ServeOptions(
                "127.0.0.1",
                8080,
                16,
                256,
                Duration.ofSeconds(120),
                1024,
                256,
                Access.open(),
                Network.defaults(),
                Optional.empty());
    }

    public ServeOptions withPort(int other) {
        return Records.with(this, "port", other);
    }

    public ServeOptions withBatch(int batch, int waiting) {
        return Records.with(Records.with(this, "maxBatch", batch), "queue", waiting);
    }

    public ServeOptions withTimeout(Duration other) {
        return Records.with(this, "timeout", other);
    }

    public ServeOptions withNetwork(Network other) {
        return Records.with(this, "network", other);
    }

    public ServeOptions withApiKeys(List<String> keys) {
        return withAccess(new Access(keys, access.hosts(), access.origins()));
    }

    public ServeOptions withAccess(Access other) {
        return Records.with(this, "access", other);
    }

    public ServeOptions withPage(String html) {
        return Records.with(this, "page", Optional.of(html));
    }

    /** Of what each model may keep. */
    long prefixCacheBytes() {
        return prefixCacheMegabytes * 1_000_000L;
    }

    public ServeOptions withPrefixCache(int megabytes) {
        return Records.with(this, "prefixCacheMegabytes", megabytes);
    }

    private static void require(boolean holds, String option, long value, String what) {
        if (!holds) {
            throw WeftException.usage(option + " " + value + " must be " + what, "");
        }
    }
}
