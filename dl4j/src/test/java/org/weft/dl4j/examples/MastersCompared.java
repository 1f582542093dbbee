package org.weft.dl4j.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.deeplearning4j.spark.parameterserver.training.SharedTrainingMaster;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.parameterserver.distributed.conf.VoidConfiguration;
import org.weft.dl4j.LocalCluster;
import org.weft.dl4j.ParameterServerTrainingMaster;

/**
 * One network on one data set, epoch by epoch, under one of three training masters: weft, averaging, shared. A line of CSV an
 * epoch: master, epoch, seconds since the first fit began, loss and accuracy on the test digits, bytes. bench/dl4j.sh calls it.
 *
 * <pre>
 *   MastersCompared MASTER DIGITS WORK_DIR EPOCHS TARGET_LOSS [KILL_SECONDS]
 * </pre>
 */
public final class MastersCompared {
    private static final int WORKERS = 2;
    private static final int BATCH = 32;

    private MastersCompared() {}

    /** Ends with the target reached, or the epochs gone. */
    public static void main(String[] args) throws Exception {
        String name = args[0];
        Path work = Path.of(args[2]);
        double target = Double.parseDouble(args[4]);
        DigitsCnn example = new DigitsCnn();
        ExampleData data = example.load(new ExampleSource(Path.of(args[1]), work, null, false, said -> {}));
        List<DataSet> train =
                Stream.concat(data.train().stream(), data.validation().stream()).toList();
        List<DataSet> test = data.test();
        DataSet tests = DataSet.merge(test);
        try (JavaSparkContext context = cluster()) {
            AtomicLong bytes = new AtomicLong();
            context.sc().addSparkListener(new ResultBytes(bytes));
            JavaRDD<DataSet> rdd = context.parallelize(train, 4);
            TrainingMaster<?, ?> master = master(name, work);
            SparkDl4jMultiLayer network = new SparkDl4jMultiLayer(context, DigitsPerceptron.network(), master);
            System.out.println("master,epoch,seconds,test_loss,test_accuracy,bytes");
            long start = System.nanoTime();
            if (args.length > 5) {
                killExecutorAfter(Double.parseDouble(args[5]));
            }
            for (int epoch = 1; epoch <= Integer.parseInt(args[3]); epoch++) {
                MultiLayerNetwork trained = network.fit(rdd);
                double seconds = (System.nanoTime() - start) / 1e9;
                double loss = trained.score(tests);
                System.out.printf(
                        Locale.ROOT,
                        "%s,%d,%.1f,%.4f,%.4f,%d%n",
                        name,
                        epoch,
                        seconds,
                        loss,
                        Outcome.of(trained, test, 1).accuracy(),
                        name.equals("weft") ? weftBytes(work) : bytes.get());
                if (loss <= target) {
                    break;
                }
            }
            System.out.println("params_sum," + network.getNetwork().params().sumNumber());
        }
    }

    private static TrainingMaster<?, ?> master(String name, Path work) {
        return switch (name) {
            case "weft" ->
                new ParameterServerTrainingMaster.Builder(
                                work.resolve("run").toUri().toString())
                        .workers(WORKERS)
                        .servers(1)
                        .lanes(2)
                        .microBatch(BATCH)
                        .build();
            case "averaging" ->
                new ParameterAveragingTrainingMaster.Builder(WORKERS, 1)
                        .batchSizePerWorker(BATCH)
                        .averagingFrequency(5)
                        .rddTrainingApproach(RDDTrainingApproach.Direct)
                        .build();
            case "shared" ->
                new SharedTrainingMaster.Builder(
                                VoidConfiguration.builder()
                                        .unicastPort(40123)
                                        .networkMask("127.0.0.0/8")
                                        .controllerAddress("127.0.0.1")
                                        .build(),
                                1)
                        .batchSizePerWorker(BATCH)
                        .workersPerNode(1)
                        .rddTrainingApproach(RDDTrainingApproach.Direct)
                        .build();
            default -> throw new IllegalArgumentException("weft, averaging or shared: " + name);
        };
    }

    private static JavaSparkContext cluster() throws Exception {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        SparkConf conf = ParameterServerTrainingMaster.configure(new SparkConf()
                        .set("spark.executor.extraJavaOptions", "-Daeron.publication.unblock.timeout=60s"))
                .setMaster("local-cluster[2,2,1024]")
                .setAppName("masters compared")
                .set("spark.ui.enabled", "false")
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.kryo.registrator", "org.nd4j.kryo.Nd4jRegistrator")
                .set("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        return new JavaSparkContext(conf);
    }

    /** What tasks send back; parameters that Spark broadcasts and Aeron's packets are not among it. */
    private static final class ResultBytes extends SparkListener {
        private final AtomicLong bytes;

        ResultBytes(AtomicLong bytes) {
            this.bytes = bytes;
        }

        @Override
        public void onTaskEnd(SparkListenerTaskEnd end) {
            if (end.taskMetrics() != null) {
                bytes.addAndGet(end.taskMetrics().resultSize());
            }
        }
    }

    /** Pushed and pulled, as each step's line says. */
    private static long weftBytes(Path work) throws Exception {
        long sum = 0;
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file :
                    files.filter(path -> path.endsWith("metrics.jsonl")).toList()) {
                for (String line : Files.readAllLines(file)) {
                    sum += number(line, "\"push_bytes\":") + number(line, "\"pull_bytes\":");
                }
            }
        }
        return sum;
    }

    private static long number(String line, String key) {
        int at = line.indexOf(key);
        return at < 0 ? 0 : Long.parseLong(line.substring(at + key.length()).split("[,}]", 2)[0]);
    }

    private static void killExecutorAfter(double seconds) {
        Thread killer = new Thread(() -> {
            try {
                Thread.sleep((long) (seconds * 1000));
            } catch (InterruptedException e) {
                return;
            }
            ProcessHandle executor = LocalCluster.executors().get(0);
            System.out.println("killed," + executor.pid());
            executor.destroyForcibly();
        });
        killer.setDaemon(true);
        killer.start();
    }
}
