package org.weft.dl4j.network;

import java.io.IOException;
import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.weft.core.WeftException;
import org.weft.core.batches.BatchSource;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.Store;
import org.weft.dl4j.data.ExampleBatch;
import org.weft.dl4j.data.ExampleManifest;
import org.weft.dl4j.data.ExampleOrder;
import org.weft.dl4j.data.ExampleShards;
import org.weft.dl4j.data.PaddedBatches;
import org.weft.engine.Replica;
import org.weft.engine.Workload;

/**
 * A fit: a Deeplearning4j network on examples that were written.
 *
 * @param graph whether {@code json} is of a ComputationGraph
 * @param json the network's configuration
 * @param layout of its parameters
 * @param data where the examples are
 * @param order in which they come
 */
public record NetworkTraining(
        boolean graph, String json, ParameterLayout layout, Examples data, ExampleOrder order, WeftConfig config)
        implements Workload<ExampleBatch> {
    private static final long serialVersionUID = 1L;

    /** Examples in a directory. */
    public record Examples(Store store, String directory, ExampleManifest manifest) implements Serializable {}

    /**
     * {@inheritDoc}
     *
     * @throws WeftException where ND4J computes elsewhere than on the CPU: windows on its memory would be of a stale copy
     */
    @Override
    public Replica<ExampleBatch> open(String device) {
        String backend = Nd4j.getBackend().getClass().getSimpleName();
        if (!backend.equals("CpuBackend")) {
            throw WeftException.usage(
                    "ND4J's backend is " + backend + ", replicas compute on the CPU alone",
                    "leave nd4j-cuda out of the executors' class path; see docs/gpu.md");
        }
        NativeOpsHolder.getInstance()
                .getDeviceNativeOps()
                .setOmpNumThreads(config.cluster().threads());
        Network network = Network.of(
                graph
                        ? new ComputationGraph(ComputationGraphConfiguration.fromJson(json))
                        : new MultiLayerNetwork(MultiLayerConfiguration.fromJson(json)));
        int globalBatch = config.training().globalBatch();
        return new NetworkReplica(network, layout, step -> order.epoch(globalBatch, step));
    }

    @Override
    public BatchSource<ExampleBatch> batches() throws IOException {
        return new PaddedBatches(
                new ExampleShards(data.store(), data.directory(), data.manifest()), order, config.training());
    }

    /** Examples: these networks know no tokens. */
    @Override
    public double tokensPerStep() {
        return config.training().globalBatch();
    }

    @Override
    public double flopsPerToken() {
        return Double.NaN;
    }
}
