package org.weft.worker;

import java.io.IOException;
import org.weft.engine.GradientListener;

/** What is computed of one lane between a pull and a push. */
@FunctionalInterface
interface LaneProgram {

    /**
     * Leaves what is to be pushed of the lane in the replica's gradient, which is zero when this is called.
     *
     * @param step whose samples are computed with the parameters that the replica has
     * @param updates before it: steps that were not skipped
     * @param pushed told which ranges of the gradient are final
     * @return what the lane cost
     */
    LaneLoss run(int step, int updates, int lane, GradientListener pushed) throws IOException;
}
