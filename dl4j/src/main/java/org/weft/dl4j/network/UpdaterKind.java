package org.weft.dl4j.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * What servers are told of an updater, learning rate aside: the whole run's, so all trained parameters have to agree.
 *
 * @param settings keys of the {@code training} section
 */
record UpdaterKind(Map<String, Object> settings) {

    /** The kind of an updater; null where servers have nothing like it. */
    static UpdaterKind of(IUpdater updater) {
        Map<String, Object> settings = new LinkedHashMap<>();
        if (updater instanceof Sgd) {
            settings.put("optimizer", "sgd");
        } else if (updater instanceof Nesterovs nesterovs) {
            settings.put("optimizer", "nesterov");
            settings.put("momentum", nesterovs.getMomentum());
        } else if (updater instanceof Adam adam) {
            settings.put("optimizer", "adam");
            moments(settings, adam.getBeta1(), adam.getBeta2(), adam.getEpsilon());
        } else if (updater instanceof AMSGrad amsgrad) {
            settings.put("optimizer", "amsgrad");
            moments(settings, amsgrad.getBeta1(), amsgrad.getBeta2(), amsgrad.getEpsilon());
        } else {
            return null;
        }
        return new UpdaterKind(settings);
    }

    private static void moments(Map<String, Object> settings, double beta1, double beta2, double epsilon) {
        settings.put("beta1", beta1);
        settings.put("beta2", beta2);
        settings.put("epsilon", epsilon);
        settings.put("epsilon_hat", true);
    }

    /** Settings of an updater that servers cannot follow. */
    static List<String> unsupported(IUpdater updater) {
        return updater instanceof Nesterovs nesterovs && nesterovs.getMomentumISchedule() != null
                ? List.of("a schedule of the momentum")
                : List.of();
    }
}
