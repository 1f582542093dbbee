package org.weft.server;

import java.io.Serializable;
import java.time.Duration;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.protocol.Address;
import org.weft.core.storage.Store;
import org.weft.core.transport.WireSecurity;

/**
 * What a server task is started with.
 *
 * @param coordinator where the driver listens
 * @param security the run's secret
 * @param store where checkpoints are
 */
public record ServerOptions(WeftConfig config, int vocabSize, Address coordinator, WireSecurity security, Store store)
        implements Serializable {

    ModelShape shape() {
        return new ModelShape(config.model(), vocabSize);
    }

    /** Four signs of life fit into a lease. */
    Duration heartbeat() {
        return Duration.ofMillis(config.cluster().leaseSeconds() * 250L);
    }

    /** The longest wait for another server. */
    Duration stepTimeout() {
        return Duration.ofSeconds(config.cluster().stepTimeoutSeconds());
    }

    /** How long an unreachable coordinator is tried again. */
    Duration patience() {
        return Duration.ofSeconds(Math.max(30, 3L * config.cluster().leaseSeconds()));
    }
}
