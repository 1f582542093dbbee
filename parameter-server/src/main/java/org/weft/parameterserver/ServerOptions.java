package org.weft.parameterserver;

import java.io.Serializable;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.core.protocol.Address;
import org.weft.core.storage.Store;
import org.weft.core.transport.WireSecurity;

/**
 * What a server task is started with.
 *
 * @param layout of the parameters that the servers own
 * @param coordinator where the driver listens
 * @param security the run's secret
 * @param store where checkpoints are
 * @param privacy what noise sums are given; null where gradients are not private
 */
public record ServerOptions(
        WeftConfig config,
        ParameterLayout layout,
        Address coordinator,
        WireSecurity security,
        Store store,
        GradientPrivacy privacy)
        implements Serializable {

    /** Of a run whose gradients are not private. */
    public ServerOptions(
            WeftConfig config, ParameterLayout layout, Address coordinator, WireSecurity security, Store store) {
        this(config, layout, coordinator, security, store, null);
    }

    /** What sums lead to the next parameters by. */
    Optimizer optimizer() {
        return privacy == null ? Optimizer.ofServers(config) : Optimizer.ofServers(config, privacy.noise());
    }
}
