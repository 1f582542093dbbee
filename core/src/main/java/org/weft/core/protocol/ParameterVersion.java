package org.weft.core.protocol;

import org.weft.core.config.SyncConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.StateVector;

/**
 * What a pass is computed with.
 *
 * @param step the version
 * @param part its parameters, or those that are predicted from them
 */
public record ParameterVersion(int step, StateVector part) {

    /** The parameters of a version as they are. */
    public static ParameterVersion of(int step) {
        return new ParameterVersion(step, StateVector.PARAM);
    }

    /** What the lanes of a step are computed with. */
    public static ParameterVersion ofLanes(WeftConfig config, int step) {
        SyncConfig sync = config.sync();
        int version = sync.versionFor(step);
        boolean predicted = version < step && sync.predictsWeights(config.training());
        return new ParameterVersion(version, predicted ? StateVector.PREDICTED : StateVector.PARAM);
    }

    /** This in a form. */
    public PulledForm as(LayoutCodec codec) {
        return new PulledForm(part, codec.name());
    }
}
