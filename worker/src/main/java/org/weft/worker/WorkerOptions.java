package org.weft.worker;

import java.io.Serializable;
import org.weft.core.config.WeftConfig;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.core.protocol.Address;
import org.weft.core.transport.WireSecurity;

/**
 * What a worker task is started with.
 *
 * @param layoutHash of the parameters that it trains
 * @param coordinator where the driver listens
 * @param security the run's secret
 * @param privacy how examples are drawn and clipped; null where gradients are not private
 */
public record WorkerOptions(
        WeftConfig config, String layoutHash, Address coordinator, WireSecurity security, GradientPrivacy privacy)
        implements Serializable {

    /** Of a run whose gradients are not private. */
    public WorkerOptions(WeftConfig config, String layoutHash, Address coordinator, WireSecurity security) {
        this(config, layoutHash, coordinator, security, null);
    }
}
