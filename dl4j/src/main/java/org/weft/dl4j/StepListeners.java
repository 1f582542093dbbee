package org.weft.dl4j;

import java.util.Collection;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.coordinator.RunListener;
import org.weft.dl4j.data.ExampleOrder;
import org.weft.dl4j.network.Network;

/**
 * Tells Deeplearning4j's listeners of each step once, with its score and its iteration. The network that they are given has the
 * parameters that the fit began with until the fit ends. Called on one thread.
 */
final class StepListeners implements RunListener {
    private static final Logger LOG = LoggerFactory.getLogger(StepListeners.class);

    private final Collection<TrainingListener> listeners;
    private final Network network;
    private final ExampleOrder order;
    private final int globalBatch;
    private int last;

    StepListeners(Collection<TrainingListener> listeners, Network network, ExampleOrder order, int globalBatch) {
        this.listeners = listeners;
        this.network = network;
        this.order = order;
        this.globalBatch = globalBatch;
        this.last = order.firstStep();
    }

    @Override
    public void stepDone(Step step) {
        if (step.step() <= last) {
            return; // Computed again after a server was lost.
        }
        last = step.step();
        int epoch = order.epoch(globalBatch, step.step() - 1);
        try {
            network.setScore(step.loss());
            for (TrainingListener listener : listeners) {
                listener.iterationDone(network.model(), step.step(), epoch);
            }
        } catch (RuntimeException e) {
            LOG.warn("a listener failed at step {}", step.step(), e);
        }
    }
}
