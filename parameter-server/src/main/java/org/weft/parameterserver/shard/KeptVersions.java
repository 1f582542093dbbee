package org.weft.parameterserver.shard;

import org.weft.core.config.WeftConfig;
import org.weft.core.optim.StateVector;

/**
 * What a shard keeps of the versions that may be pulled.
 *
 * @param count of versions
 * @param predicted whether those that lanes are late with are predicted ones: then of the parameters themselves the newest version is kept
 *     alone
 */
public record KeptVersions(int count, boolean predicted) {
    /** The newest alone. */
    public static final KeptVersions NEWEST = new KeptVersions(1, false);

    /** Of a run. */
    public static KeptVersions of(WeftConfig config) {
        return new KeptVersions(config.sync().openSteps(), config.sync().predictsWeights(config.training()));
    }

    /** The vector that all versions are kept of. */
    public StateVector lasting() {
        return predicted ? StateVector.PREDICTED : StateVector.PARAM;
    }

    /** Whether there is more than the newest. */
    boolean several() {
        return count > 1;
    }
}
