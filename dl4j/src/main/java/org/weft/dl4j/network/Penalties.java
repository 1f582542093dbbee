package org.weft.dl4j.network;

import java.util.List;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * What regularizes one parameter. Servers apply it, once a step, on the whole batch's mean gradient: where Deeplearning4j
 * does too.
 */
record Penalties(double l1, double l2, double weightDecay) {

    static Penalties of(UpdaterBlock.ParamState param, String name, List<String> problems) {
        List<Regularization> all = param.getLayer().getConfig().getRegularizationByParam(param.getParamName());
        double l1 = 0;
        double l2 = 0;
        double weightDecay = 0;
        for (Regularization one : all == null ? List.<Regularization>of() : all) {
            if (one instanceof L1Regularization known) {
                l1 += fixed(known.getL1(), name, problems);
            } else if (one instanceof L2Regularization known) {
                l2 += fixed(known.getL2(), name, problems);
            } else if (one instanceof WeightDecay known && known.isApplyLR()) {
                weightDecay += fixed(known.getCoeff(), name, problems);
            } else if (one instanceof WeightDecay) {
                problems.add(name + " has weight decay without the learning rate (applyLR=false)");
            } else {
                problems.add(name + " has the regularization " + one.getClass().getSimpleName());
            }
        }
        return new Penalties(l1, l2, weightDecay);
    }

    private static double fixed(ISchedule schedule, String name, List<String> problems) {
        if (!(schedule instanceof FixedSchedule)) {
            problems.add(name + " has a schedule of its regularization");
        }
        return schedule.valueAt(0, 0);
    }
}
