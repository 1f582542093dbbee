package org.weft.worker;

import java.io.Serializable;
import org.weft.core.config.WeftConfig;
import org.weft.core.protocol.Address;
import org.weft.core.transport.WireSecurity;

/**
 * What a worker task is started with.
 *
 * @param layoutHash of the parameters that it trains
 * @param coordinator where the driver listens
 * @param security the run's secret
 */
public record WorkerOptions(WeftConfig config, String layoutHash, Address coordinator, WireSecurity security)
        implements Serializable {}
