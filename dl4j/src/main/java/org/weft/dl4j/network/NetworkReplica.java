package org.weft.dl4j.network;

import java.nio.ByteBuffer;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.SplitMix64;
import org.weft.core.params.ParameterLayout;
import org.weft.dl4j.data.ExampleBatch;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.Replica;

/**
 * A Deeplearning4j network as workers use it. Its parameters are the vector that windows show; its gradient is added, after
 * each micro-batch, to a vector of the replica's. ND4J's generator belongs to the thread, and is seeded before each
 * micro-batch. Takes batches over and frees them.
 */
public final class NetworkReplica implements Replica<ExampleBatch> {
    private final Network network;
    private final ParameterLayout layout;
    private final EpochOfStep epochs;
    private final INDArray sum; // (1, P)
    private final List<INDArray> means;

    /** The epoch in which a step begins. */
    @FunctionalInterface
    public interface EpochOfStep {
        int at(int step);
    }

    public NetworkReplica(Network network, ParameterLayout layout, EpochOfStep epochs) {
        this.network = network;
        this.layout = layout;
        this.epochs = epochs;
        this.sum = Nd4j.zeros(network.params().dataType(), 1, network.params().length());
        this.means = network.meanGradients();
    }

    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public ByteBuffer parameters(long offset, int length) {
        return ArrayWindows.window(network.params(), offset, length);
    }

    @Override
    public void parametersWritten(long offset, long length) {
        // The windows are the network's own memory.
    }

    @Override
    public void zeroGradients() {
        sum.assign(0);
    }

    /** The loss is the network's score, weighted by examples: its own mean loss over the global batch, with penalties. */
    @Override
    public double accumulateGradient(
            ExampleBatch batch, double normalizer, MicroBatchKey key, GradientListener listener) {
        try (batch) {
            Nd4j.getRandom().setSeed(SplitMix64.start(key.seed(), key.step(), key.lane(), key.microBatch()));
            network.setCounts(key.step(), epochs.at(key.step()));
            double score = network.gradientAndScore(batch.data());
            for (INDArray mean : means) {
                mean.muli(batch.examples());
            }
            sum.addi(network.gradients().divi(normalizer));
            listener.rangeReady(0, layout.size());
            return score * batch.examples() / normalizer;
        }
    }

    @Override
    public ByteBuffer gradients(long offset, int length) {
        return ArrayWindows.window(sum, offset, length);
    }

    @Override
    public double loss(ExampleBatch batch) {
        try (batch) {
            return network.score(batch.data()) * batch.examples();
        }
    }

    /** Not known: Deeplearning4j does not say what its layers cost. */
    @Override
    public double measurePeakFlops() {
        return 0;
    }

    @Override
    public void close() {
        sum.close();
    }
}
