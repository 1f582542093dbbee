package org.weft.dl4j;

import java.nio.FloatBuffer;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.weft.core.config.TrainingConfig;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Parameter;
import org.weft.dl4j.data.ExampleBatch;
import org.weft.dl4j.network.Network;
import org.weft.dl4j.network.NetworkReplica;
import org.weft.dl4j.network.ServerPlan;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;

/** What workers and servers do, without either: replica and optimizer in turn, on given batches. */
final class InProcess {
    private final Network network;
    private final ServerPlan plan;
    private final TrainingConfig training;
    private final Optimizer optimizer;
    private final Optimizer.State state;
    private final NetworkReplica replica;
    private final FloatBuffer parameters;

    InProcess(Network network, int steps, int globalBatch) {
        this.network = network;
        this.plan = ServerPlan.of(network, 0, steps, step -> 0);
        this.training = new TrainingOptions(
                        "/x", 1, 1, 1, globalBatch, globalBatch, 1, 42, false, false, 1, 2, 0, true, List.of())
                .config("/x", steps, plan.settings())
                .training();
        this.optimizer = Optimizer.of(training);
        int size = (int) plan.layout().size();
        this.state = Optimizer.State.fresh(optimizer, new float[size], new float[size]);
        this.replica = new NetworkReplica(network, plan.layout(), step -> 0);
        this.parameters = replica.parameters(0, size).asFloatBuffer();
    }

    /** One step; returns its loss. */
    double step(int step, List<MultiDataSet> microBatches) {
        double examples = microBatches.stream()
                .mapToDouble(batch -> batch.getFeatures(0).size(0))
                .sum();
        replica.zeroGradients();
        double loss = 0;
        for (int m = 0; m < microBatches.size(); m++) {
            MultiDataSet batch = microBatches.get(m);
            int count = (int) batch.getFeatures(0).size(0);
            loss += replica.accumulateGradient(
                    new ExampleBatch(copy(batch), count),
                    examples,
                    new MicroBatchKey(42, step, 0, m),
                    GradientListener.NONE);
        }
        replica.gradients(0, state.gradient().length).asFloatBuffer().get(0, state.gradient());
        parameters.get(0, state.weights());
        float scale = new GradientClip(training.clipNorm()).scale(0);
        for (Parameter p : plan.layout().parameters()) {
            optimizer.update(
                    step, scale, state, new Optimizer.Segment((int) p.offset(), (int) p.end(), p.rule(), false));
        }
        parameters.put(0, state.weights());
        return loss;
    }

    private static MultiDataSet copy(MultiDataSet batch) {
        return (MultiDataSet) batch.copy();
    }

    INDArray params() {
        return network.params();
    }

    ServerPlan plan() {
        return plan;
    }
}
