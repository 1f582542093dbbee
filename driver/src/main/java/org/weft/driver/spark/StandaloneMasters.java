package org.weft.driver.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.transport.Deadline;

/**
 * The masters in {@code spark://host:port,host:port}. Spark looks for them for a minute, tells its log alone that none
 * answered, and hands out an application that is at its end; so they are looked for before.
 */
record StandaloneMasters(String url, List<String> addresses) {
    private static final Logger LOG = LoggerFactory.getLogger(StandaloneMasters.class);
    private static final String SCHEME = "spark://";
    private static final int CONNECT_MILLIS = 5000;
    private static final long POLL_MILLIS = 500;

    /** Those of a master's address; none where it is another kind of cluster's. */
    static StandaloneMasters of(String master) {
        return new StandaloneMasters(
                master,
                master.startsWith(SCHEME)
                        ? Arrays.asList(master.substring(SCHEME.length()).split(","))
                        : List.of());
    }

    /**
     * Waits until one of them takes a connection.
     *
     * @param patience for one that is just being started
     */
    void require(Duration patience) {
        Deadline deadline = Deadline.in(patience);
        for (boolean first = true; ; first = false) {
            String lack = lack();
            if (lack == null) {
                return;
            }
            if (deadline.passed()) {
                throw new WeftException(
                        ExitStatus.CLUSTER,
                        "no Spark master answers at " + url + ": " + lack,
                        "start it, or check the address in cluster.master (--master of spark-submit)");
            }
            if (first) {
                LOG.info("no Spark master answers at {} ({}): trying for {} s", url, lack, patience.toSeconds());
            }
            Slots.pause(POLL_MILLIS, "the Spark master");
        }
    }

    /** Why none could be reached: what the last of them said; null where one was. */
    private String lack() {
        String lack = null;
        for (String address : addresses) {
            lack = lack(address);
            if (lack == null) {
                return null;
            }
        }
        return lack;
    }

    private static String lack(String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0 || !address.substring(colon + 1).matches("\\d{1,5}")) {
            return null; // Spark's own message says what an address looks like.
        }
        String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
        try (Socket socket = new Socket()) {
            InetSocketAddress place = new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
            if (place.isUnresolved()) {
                return "no such host: " + host;
            }
            socket.connect(place, CONNECT_MILLIS);
            return null;
        } catch (IOException e) {
            return e.getMessage();
        } catch (IllegalArgumentException noPort) {
            return null;
        }
    }
}
