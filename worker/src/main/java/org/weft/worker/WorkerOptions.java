package org.weft.worker;

import java.io.Serializable;
import java.time.Duration;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.protocol.Address;
import org.weft.core.transport.WireSecurity;

/**
 * What a worker task is started with.
 *
 * @param coordinator where the driver listens
 * @param security the run's secret
 */
public record WorkerOptions(WeftConfig config, int vocabSize, Address coordinator, WireSecurity security)
        implements Serializable {

    public ModelShape shape() {
        return new ModelShape(config.model(), vocabSize);
    }

    /** Four signs of life fit into a lease. */
    Duration heartbeat() {
        return Duration.ofMillis(config.cluster().leaseSeconds() * 250L);
    }

    /** How long an unreachable coordinator is tried again. */
    Duration patience() {
        return Duration.ofSeconds(Math.max(30, 3L * config.cluster().leaseSeconds()));
    }

    /** How long a worker waits for servers within a step before it tells the coordinator. */
    Duration stepTimeout() {
        return Duration.ofSeconds(config.cluster().stepTimeoutSeconds());
    }
}
