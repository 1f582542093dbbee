package org.weft.dl4j.examples;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.weft.core.Json;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.dl4j.ParameterServerTrainingMaster;
import org.weft.driver.checkpoint.CheckpointResolver;

/**
 * A network's epochs, each a fit of its own, so that what it knows by then can be judged. Started again on the same directory
 * it reads what fits have ended and goes on with the one that did not, to the same bits.
 *
 * @param directory of the fits, on any file system of Hadoop's
 */
record ExampleTraining(JavaSparkContext context, String directory) {
    private static final int PARTITIONS = 4;

    /** Trains a network, in place. */
    void train(
            Model network, ParameterServerTrainingMaster.Builder settings, List<DataSet> rows, EpochEnd end, int epochs)
            throws IOException {
        JavaRDD<DataSet> data = context.parallelize(rows, PARTITIONS);
        Runnable fit = fit(network, settings.epochs(1).resume(true).quiet(true).build(), data);
        for (int epoch = 1; epoch <= epochs; epoch++) {
            long start = System.nanoTime();
            fit.run();
            end.ended(epoch, meanLoss(epoch), (System.nanoTime() - start) / 1e9);
        }
    }

    /** Takes what an epoch's end says. */
    @FunctionalInterface
    interface EpochEnd {
        /** @param loss mean of the epoch's steps, as Deeplearning4j counts: of a sequence the sum over its time steps */
        void ended(int epoch, double loss, double seconds);
    }

    private Runnable fit(Model network, ParameterServerTrainingMaster master, JavaRDD<DataSet> data) {
        if (network instanceof MultiLayerNetwork layers) {
            SparkDl4jMultiLayer spark = new SparkDl4jMultiLayer(context, layers, master);
            return () -> spark.fit(data);
        }
        SparkComputationGraph spark = new SparkComputationGraph(context, (ComputationGraph) network, master);
        return () -> spark.fit(data);
    }

    private Store store() {
        return new HadoopStore(context.hadoopConfiguration());
    }

    /** Of one epoch's fit. */
    RunDirectory fitDirectory(int epoch) {
        return RunDirectory.of(String.format(Locale.ROOT, "%s/fit-%05d", directory, epoch));
    }

    /** From the run's own log, which outlives the process; a step that was computed again counts once. */
    private double meanLoss(int epoch) throws IOException {
        Map<Integer, Double> losses = new TreeMap<>();
        String log = new String(store().readAll(fitDirectory(epoch).metrics()), StandardCharsets.UTF_8);
        for (String line : log.lines().toList()) {
            JsonNode record = Json.MAPPER.readTree(line);
            if (record.path("loss").isNumber()) {
                losses.put(record.path("step").asInt(), record.path("loss").asDouble());
            }
        }
        return losses.values().stream().mapToDouble(loss -> loss).average().orElse(Double.NaN);
    }

    /** Of the parameters that an epoch ended with, as every command of Weft names them. */
    String paramsSha256(int epoch) throws IOException {
        return new CheckpointResolver(store(), notice -> {})
                .newestManifest(fitDirectory(epoch))
                .paramsSha256();
    }
}
