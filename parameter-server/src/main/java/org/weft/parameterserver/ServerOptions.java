package org.weft.parameterserver;

import java.io.Serializable;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.ParameterLayout;
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
 */
public record ServerOptions(
        WeftConfig config, ParameterLayout layout, Address coordinator, WireSecurity security, Store store)
        implements Serializable {}
