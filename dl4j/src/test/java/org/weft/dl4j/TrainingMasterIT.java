package org.weft.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.earlystopping.SparkDataSetLossCalculator;
import org.deeplearning4j.spark.earlystopping.SparkEarlyStoppingTrainer;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.RmsProp;
import org.weft.core.WeftException;

/** Deeplearning4j Spark's own entry points on executors in processes of their own, with Kryo and ND4J's registrator. */
@Timeout(300)
class TrainingMasterIT {
    private static JavaSparkContext context;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        SparkConf kryo = new SparkConf()
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.kryo.registrator", "org.nd4j.kryo.Nd4jRegistrator");
        context = LocalCluster.start(3, kryo);
    }

    @AfterAll
    static void stop() {
        context.stop();
    }

    private ParameterServerTrainingMaster.Builder master(String run) {
        return new ParameterServerTrainingMaster.Builder(
                        directory.resolve(run).toUri().toString())
                .lanes(4)
                .microBatch(8);
    }

    /** A network's counts are in its configuration: each needs one of its own. */
    private static MultiLayerConfiguration conf() {
        return Networks.perceptron(new Adam(0.05), 0.1);
    }

    private static JavaRDD<DataSet> data(int partitions) {
        return context.parallelize(Networks.signs(20, 16), partitions);
    }

    @Test
    void fitsTheSameBitsForAnyNumberOfWorkersServersAndPartitions() throws Exception {
        ParameterServerTrainingMaster one =
                master("one").workers(1).servers(1).epochs(12).build();
        SparkDl4jMultiLayer first = new SparkDl4jMultiLayer(context, conf(), one);
        List<Double> scores = new ArrayList<>();
        first.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                scores.add(model.score());
            }
        });
        one.setCollectTrainingStats(true);
        MultiLayerNetwork trained = first.fit(data(2));

        assertThat(trained.getIterationCount()).isEqualTo(120); // 320 examples, 12 epochs, 32 a step
        assertThat(trained.getEpochCount()).isEqualTo(12);
        assertThat(scores).hasSize(120);
        assertThat(scores.get(119)).isLessThan(0.8 * scores.get(0));
        assertThat(first.getScore()).isEqualTo(scores.get(119));
        assertThat(one.getTrainingStats().statsAsString()).contains("Train");
        assertThat(first.evaluate(data(2)).accuracy()).isGreaterThan(0.8);
        assertThat(first.calculateScore(data(2), true)).isLessThan(0.6);

        SparkDl4jMultiLayer three = new SparkDl4jMultiLayer(
                context,
                conf(),
                master("three").workers(3).servers(2).epochs(12).build());
        INDArray same = three.fit(data(5)).params();
        assertThat(same).isEqualTo(trained.params());
        assertThat(three.getNetwork().getUpdater().getStateViewArray())
                .isEqualTo(trained.getUpdater().getStateViewArray());
        MultiLayerNetwork saved = ModelSerializer.restoreMultiLayerNetwork(
                directory.resolve("three/fit-00001/model.zip").toFile(), true);
        assertThat(saved.params()).isEqualTo(trained.params());
        assertThat(trained.params().closeable()).isFalse(); // Spark closes what was broadcast.
        assertThat(saved.getUpdater().getStateViewArray())
                .isEqualTo(trained.getUpdater().getStateViewArray());
    }

    @Test
    void aSecondProcessGoesOnWhereTheFirstStopped() {
        JavaRDD<DataSet> data = data(2);
        SparkDl4jMultiLayer whole =
                new SparkDl4jMultiLayer(context, conf(), master("whole").build());
        whole.fit(data);
        whole.fit(data);
        whole.fit(data);
        assertThat(directory.resolve("whole/examples-00001")).exists();
        assertThat(directory.resolve("whole/examples-00002")).doesNotExist();

        SparkDl4jMultiLayer before =
                new SparkDl4jMultiLayer(context, conf(), master("run").build());
        before.fit(data);
        assertThatThrownBy(() ->
                        new SparkDl4jMultiLayer(context, conf(), master("run").build()).fit(data))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("already holds a fit");
        SparkDl4jMultiLayer after = new SparkDl4jMultiLayer(
                context, conf(), master("run").resume(true).build());
        after.fit(data);
        after.fit(data);
        after.fit(data);
        assertThat(after.getNetwork().params()).isEqualTo(whole.getNetwork().params());
        assertThat(after.getNetwork().getIterationCount()).isEqualTo(30);
        assertThat(after.getNetwork().getEpochCount()).isEqualTo(3);
    }

    @Test
    void aKilledExecutorChangesNoBit() throws Exception {
        INDArray undisturbed = new SparkDl4jMultiLayer(
                        context, conf(), master("calm").epochs(20).build())
                .fit(data(2))
                .params();
        AtomicBoolean killed = new AtomicBoolean();
        SparkDl4jMultiLayer network = new SparkDl4jMultiLayer(
                context, conf(), master("killed").epochs(20).checkpointEvery(20).build());
        network.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                if (iteration >= 50 && killed.compareAndSet(false, true)) {
                    LocalCluster.executors().get(0).destroyForcibly();
                }
            }
        });
        INDArray params = network.fit(data(2)).params();
        assertThat(killed).isTrue();
        assertThat(params).isEqualTo(undisturbed);
    }

    @Test
    void exportedPathsAndGraphsFitToo() throws Exception {
        List<DataSet> sets = Networks.signs(20, 16);
        List<String> paths = new ArrayList<>();
        Files.createDirectories(directory.resolve("exported"));
        for (int i = 0; i < sets.size(); i++) {
            Path file = directory.resolve(String.format(Locale.ROOT, "exported/set-%02d.bin", i));
            sets.get(i).save(file.toFile());
            paths.add(file.toUri().toString());
        }
        SparkDl4jMultiLayer byPath =
                new SparkDl4jMultiLayer(context, conf(), master("paths").build());
        byPath.fitPaths(context.parallelize(paths, 2));
        SparkDl4jMultiLayer byData =
                new SparkDl4jMultiLayer(context, conf(), master("data").build());
        assertThat(byData.fit(data(2)).params()).isEqualTo(byPath.getNetwork().params());

        MultiLayerNetwork layers = new MultiLayerNetwork(conf());
        layers.init();
        ComputationGraph graph = layers.toComputationGraph();
        ParameterServerTrainingMaster master = master("graph").build();
        SparkComputationGraph spark = new SparkComputationGraph(context, graph, master);
        spark.fitMultiDataSet(data(2).map(DataSet::toMultiDataSet));
        assertThat(graph.params()).isEqualTo(byData.getNetwork().params());
        assertThat(master.deleteTempFiles(context)).isTrue();
        assertThat(directory.resolve("graph/examples-00001")).doesNotExist();
        assertThat(directory.resolve("graph/fit-00001/model.zip")).exists();
    }

    @Test
    void earlyStoppingOfDeeplearning4jSparkWorks() {
        MultiLayerNetwork network = new MultiLayerNetwork(conf());
        network.init();
        EarlyStoppingConfiguration<MultiLayerNetwork> stopping = new EarlyStoppingConfiguration.Builder<
                        MultiLayerNetwork>()
                .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
                .scoreCalculator(new SparkDataSetLossCalculator(data(2), true, context.sc()))
                .modelSaver(new InMemoryModelSaver<>())
                .build();
        EarlyStoppingResult<MultiLayerNetwork> result =
                new SparkEarlyStoppingTrainer(context, master("early").build(), stopping, network, data(2)).fit();
        assertThat(result.getTotalEpochs()).isEqualTo(3);
        assertThat(result.getBestModel()).isNotNull();
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        assertThatThrownBy(() -> new SparkDl4jMultiLayer(
                                context,
                                Networks.perceptron(new RmsProp(0.1), 0),
                                master("rms").build())
                        .fit(data(1)))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("RmsProp");
        assertThatThrownBy(() -> new SparkDl4jMultiLayer(
                                context, conf(), master("few").lanes(64).build())
                        .fit(data(1)))
                .hasMessageContaining("less than one global batch of 512");
        assertThatThrownBy(() -> new SparkDl4jMultiLayer(
                                context, conf(), master("none").build())
                        .fit(context.<DataSet>emptyRDD()))
                .isInstanceOf(WeftException.class);
        ParameterServerTrainingMaster master = master("json").build();
        assertThat(master.toJson()).contains("\"microBatch\" : 8");
        assertThatThrownBy(() -> master.addHook(null)).hasMessageContaining("TrainingListener");
    }
}
