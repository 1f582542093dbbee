package org.weft.dl4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.weft.core.config.TrainingConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.dl4j.network.Network;
import org.weft.driver.spark.ExecutorEnvironment;

/**
 * Trains a Deeplearning4j network on Weft's workers and servers. Each call of {@code fit} is a run of its own under the run
 * directory, {@code fit-00001} and so on, with checkpoints, and ends with the network's parameters and updater state; what it
 * computes depends neither on the number of workers and servers nor on who died. For one thread.
 *
 * <pre>
 *   TrainingMaster master = new ParameterServerTrainingMaster.Builder("hdfs:///weft/digits")
 *           .workers(4).servers(2).microBatch(32).epochs(10).build();
 *   new SparkDl4jMultiLayer(sc, conf, master).fit(rdd);
 * </pre>
 */
public final class ParameterServerTrainingMaster extends DriverTrainingMaster {
    private final TrainingOptions options;
    /** Where examples of RDDs are, by the RDD's id. */
    private final Map<String, String> written = new HashMap<>();

    private int fits;

    private ParameterServerTrainingMaster(TrainingOptions options) {
        this.options = options;
    }

    /**
     * What a Spark application needs for long tasks and for two native libraries; a setting that is there stands. To be called
     * before the context is made.
     */
    public static SparkConf configure(SparkConf conf) {
        // A lost executor counts as a failure of the long tasks on it; Weft's coordinator decides when enough is
        // enough.
        conf.setIfMissing("spark.task.maxFailures", "100");
        conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", "1");
        conf.setIfMissing("spark.executorEnv.OPENBLAS_NUM_THREADS", "1");
        ExecutorEnvironment.javaOptions(conf);
        return conf;
    }

    @Override
    public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> data) {
        double score = fit(network.getSparkContext(), Network.of(network.getNetwork()), data, toMultiDataSets(data));
        network.setScore(score);
    }

    @Override
    public void executeTraining(SparkComputationGraph network, JavaRDD<DataSet> data) {
        double score = fit(network.getSparkContext(), Network.of(network.getNetwork()), data, toMultiDataSets(data));
        network.setScore(score);
    }

    @Override
    public void executeTrainingMDS(SparkComputationGraph network, JavaRDD<MultiDataSet> data) {
        network.setScore(fit(network.getSparkContext(), Network.of(network.getNetwork()), data, data));
    }

    @Override
    public void executeTrainingPaths(
            SparkDl4jMultiLayer layers,
            SparkComputationGraph graph,
            JavaRDD<String> paths,
            DataSetLoader loader,
            MultiDataSetLoader multiLoader) {
        JavaSparkContext context = layers != null ? layers.getSparkContext() : graph.getSparkContext();
        Store store = new HadoopStore(context.hadoopConfiguration());
        JavaRDD<MultiDataSet> data = loader != null
                ? paths.map(path -> loader.load(new StoredSource(store, path)).toMultiDataSet())
                : paths.map(path -> multiLoader.load(new StoredSource(store, path)));
        if (layers != null) {
            layers.setScore(fit(context, Network.of(layers.getNetwork()), data, data));
        } else {
            graph.setScore(fit(context, Network.of(graph.getNetwork()), data, data));
        }
    }

    private static JavaRDD<MultiDataSet> toMultiDataSets(JavaRDD<DataSet> data) {
        return data.map(DataSet::toMultiDataSet);
    }

    /**
     * @param given the user's RDD: examples of one that was fitted before are not written again; of paths what was made of
     *     them, for a loader may be another one
     */
    private double fit(JavaSparkContext context, Network network, JavaRDD<?> given, JavaRDD<MultiDataSet> data) {
        fits++;
        String directory = numbered("fit", fits);
        String id = context.sc().applicationId() + "/" + given.id();
        Fit.Examples examples =
                new Fit.Examples(data, written.getOrDefault(id, numbered("examples", fits)), written.containsKey(id));
        try {
            written.put(
                    id,
                    new Fit(context, options, network, options.progress(), stats())
                            .run(directory, examples, listeners(network.model())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return network.model().score();
    }

    private String numbered(String what, int number) {
        return String.format(Locale.ROOT, "%s/%s-%05d", options.runDir(), what, number);
    }

    @Override
    public String toJson() {
        return options.toJson();
    }

    /** Removes the examples that fits of this master were written; checkpoints and models stay. */
    @Override
    public boolean deleteTempFiles(JavaSparkContext context) {
        Store store = new HadoopStore(context.hadoopConfiguration());
        try {
            for (String directory : written.values()) {
                store.delete(directory);
            }
            written.clear();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean deleteTempFiles(SparkContext context) {
        return deleteTempFiles(JavaSparkContext.fromSparkContext(context));
    }

    /** Settings of a master; what is not set has the default named. */
    public static final class Builder {
        private final String runDir;
        private final List<String> settings = new ArrayList<>();
        private int workers = 2;
        private int servers = 1;
        private int lanes = 4;
        private int microBatch = 32;
        private int microBatchesPerLane = 1;
        private int epochs = 1;
        private long seed = 42;
        private boolean shuffle = true;
        private boolean resume;
        private int checkpointEvery = 1000;
        private int checkpointKeep = 3;
        private double clipNorm;
        private boolean quiet;

        /**
         * @param runDir directory of the run on any Hadoop file system that driver and executors share
         */
        public Builder(String runDir) {
            this.runDir = runDir;
        }

        /** Workers: long tasks with a replica each; 2. */
        public Builder workers(int count) {
            workers = count;
            return this;
        }

        /** Parameter servers: long tasks with a range of the parameters each; 1. */
        public Builder servers(int count) {
            servers = count;
            return this;
        }

        /** Parts of the global batch, a power of two; no more workers than this find work. 4. */
        public Builder lanes(int count) {
            lanes = count;
            return this;
        }

        /** Examples that a replica takes at once; 32. The global batch is lanes x micro-batches a lane x this. */
        public Builder microBatch(int examples) {
            microBatch = examples;
            return this;
        }

        /** Micro-batches of a lane, which add up before they are sent; 1. */
        public Builder microBatchesPerLane(int count) {
            microBatchesPerLane = count;
            return this;
        }

        /** Epochs of one call of {@code fit}; 1. Cheaper than as many calls. */
        public Builder epochs(int count) {
            epochs = count;
            return this;
        }

        /** Order of examples and dropout derive from it; 42. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** Whether each epoch has an order of its own, or all that of the RDD; true. */
        public Builder shuffle(boolean each) {
            shuffle = each;
            return this;
        }

        /** Whether fits that an earlier process began in this run directory are gone on with; false. */
        public Builder resume(boolean goOn) {
            resume = goOn;
            return this;
        }

        /** Steps between checkpoints; 1000. A fit's end is always saved. */
        public Builder checkpointEvery(int steps) {
            checkpointEvery = steps;
            return this;
        }

        /** Checkpoints of a fit that stay; 3. */
        public Builder checkpointKeep(int count) {
            checkpointKeep = count;
            return this;
        }

        /** Largest norm of the whole gradient; 0 for no clipping, the default. */
        public Builder clipNorm(double norm) {
            clipNorm = norm;
            return this;
        }

        /** Whether stderr is told nothing of progress; false. */
        public Builder quiet(boolean silent) {
            quiet = silent;
            return this;
        }

        /** Any further key of docs/configuration.md, such as {@code servers.replicas=2}. */
        public Builder set(String keyAndValue) {
            settings.add(keyAndValue);
            return this;
        }

        public ParameterServerTrainingMaster build() {
            return new ParameterServerTrainingMaster(options());
        }

        /** Batch sizes and clipping as they stand, with everything else that a network would give at its default. */
        public TrainingConfig config() {
            return options().config(runDir, 1, Map.of()).training();
        }

        private TrainingOptions options() {
            return new TrainingOptions(
                    runDir,
                    workers,
                    servers,
                    lanes,
                    microBatch,
                    lanes * microBatchesPerLane * microBatch,
                    epochs,
                    seed,
                    shuffle,
                    resume,
                    checkpointEvery,
                    checkpointKeep,
                    clipNorm,
                    quiet,
                    List.copyOf(settings));
        }
    }
}
