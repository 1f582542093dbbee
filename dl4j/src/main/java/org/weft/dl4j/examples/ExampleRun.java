package org.weft.dl4j.examples;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.dl4j.ParameterServerTrainingMaster;
import org.weft.dl4j.network.Network;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Trains an example on executors of this machine, or on the cluster that {@code spark-submit} names, and says how well the
 * network does.
 */
@Command(
        name = "example",
        description = "Trains an example, says whether it passes its bar and shows ten predictions.",
        mixinStandardHelpOptions = true)
public final class ExampleRun implements Callable<Integer> {
    private static final List<ExampleNetwork> ALL = List.of(new DigitsCnn(), new TabularMlp(), new LstmLanguageModel());

    @Parameters(paramLabel = "NAME", description = "digits-cnn, tabular-mlp or lstm-language-model.")
    private String name;

    @Option(names = "--network", paramLabel = "NAME", description = "digits-cnn: cnn (the default) or perceptron.")
    private String network;

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "Where everything is kept; default weft-example-NAME. Started again it goes on.")
    private Path workDir;

    @Option(
            names = "--input",
            paramLabel = "PATH",
            description = "Your own data: a folder of digits, a CSV file, a text; see the example's README.")
    private Path input;

    @Option(names = "--label", paramLabel = "COLUMN", description = "tabular-mlp: the column that is the class.")
    private String label;

    @Option(names = "--small", description = "A test's size: under a minute; the bar is what guessing gets.")
    private boolean small;

    @Option(
            names = "--workers",
            defaultValue = "2",
            paramLabel = "N",
            description = "Workers; default ${DEFAULT-VALUE}.")
    private int workers;

    @Option(
            names = "--servers",
            defaultValue = "1",
            paramLabel = "N",
            description = "Parameter servers; default ${DEFAULT-VALUE}.")
    private int servers;

    @Option(
            names = "--run-dir",
            paramLabel = "URI",
            description = "Of the fits, on a file system that all executors share; default run in the --work-dir.")
    private String runDir;

    @Option(
            names = "--compare-steps",
            paramLabel = "N",
            description = "Train for so many steps only, here and in one process, and compare the parameters.")
    private int compareSteps;

    @Option(names = "--verbose", description = "Shows where an error happened.")
    private boolean verbose;

    @Option(names = "--examples", hidden = true, defaultValue = "examples")
    private Path examples;

    /** Runs an example and ends with the exit status 0 where it passes its bar. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        // An epoch is a run of Weft's: what each says of itself would tear the table apart.
        Configurator.setLevel("org.weft", Level.WARN);
        Configurator.setLevel("org.apache.spark.scheduler", Level.ERROR);
        ExampleRun run = new ExampleRun();
        return new CommandLine(run)
                .setExecutionExceptionHandler((failure, line, parsed) -> run.report(failure))
                .setParameterExceptionHandler((failure, arguments) -> {
                    System.err.println("error: " + failure.getMessage());
                    System.err.println("hint: ./weft example digits-cnn --help");
                    return ExitStatus.USAGE.code();
                })
                .execute(args);
    }

    private int report(Exception failure) {
        WeftException known = WeftException.within(failure);
        System.err.println("error: " + (known == null ? failure.toString() : known.getMessage()));
        System.err.println("hint: " + (known == null ? "--verbose shows where it happened" : known.hint()));
        if (verbose) {
            failure.printStackTrace();
        }
        return (known == null ? ExitStatus.FAILED : known.status()).code();
    }

    private ExampleNetwork example() {
        ExampleNetwork compared = new AttentionClassifier();
        if (name.equals(compared.name())) {
            if (compareSteps == 0) {
                throw WeftException.usage(
                        name + " is there for --compare-steps alone",
                        "docs/dl4j.md says why: layers of SameDiff; digits-cnn is a classifier");
            }
            return compared;
        }
        return ALL.stream()
                .filter(example -> example.name().equals(name))
                .findFirst()
                .orElseThrow(() -> WeftException.usage(
                        "no example " + name,
                        "give one of "
                                + String.join(
                                        ", ",
                                        ALL.stream().map(ExampleNetwork::name).toList())));
    }

    /** The network, checked. */
    private String networkOf(ExampleNetwork example) {
        if (network == null) {
            return example.networks().get(0);
        }
        if (!example.networks().contains(network)) {
            throw WeftException.usage(
                    name + " has no network " + network, "give --network " + String.join(" or ", example.networks()));
        }
        return network;
    }

    @Override
    public Integer call() throws Exception {
        ExampleNetwork example = example();
        String kind = networkOf(example);
        if (label != null && !(example instanceof TabularMlp)) {
            throw WeftException.usage("--label " + label + " is for tabular-mlp alone", "leave --label out");
        }
        if (workers < 1 || servers < 1) {
            throw WeftException.usage("--workers " + workers + " --servers " + servers + ": at least 1 each", "");
        }
        ExampleFile file = compareSteps > 0 ? null : ExampleFile.read(examples, name);
        Path home = (workDir == null ? Path.of("weft-example-" + name) : workDir)
                .toAbsolutePath()
                .normalize();
        ExampleSource source = new ExampleSource(input, home.resolve("data"), label, small, System.err::println);
        ExampleData data = example.load(source);
        String run = runDir == null ? home.resolve("run").toUri().toString().replaceAll("/$", "") : runDir;
        ParameterServerTrainingMaster.Builder settings = example.settings(
                        kind, new ParameterServerTrainingMaster.Builder(run))
                .workers(workers)
                .servers(servers);
        new ExampleRecord(name, kind, small, run, data.sha256()).claim(home);
        data.notes().forEach(System.err::println);
        Model model = example.network(kind, data);
        try (JavaSparkContext context = cluster((workers + servers + 1) / 2)) {
            ExampleTraining training = new ExampleTraining(context, run);
            if (compareSteps > 0) {
                ComparedTraining comparison = new ComparedTraining(data.train(), settings.config(), compareSteps);
                training.train(model, settings, comparison.examples(), (epoch, loss, seconds) -> {}, 1);
                return comparison.report(
                        name, example.network(kind, data), Network.of(model).params());
            }
            ExampleReport report = new ExampleReport(home, name, kind, file.title(), data, workers);
            ExampleBar bar = source.asPublished() ? file.bar() : file.bar().ofGuess(data.guess());
            int epochs = example.epochs(kind, small);
            training.train(model, settings, data.train(), report.epochs(model, bar), epochs);
            return report.finish(model, bar, training, epochs) ? 0 : ExitStatus.FAILED.code();
        }
    }

    /** The application that {@code spark-submit} set up, or executors of two slots each as processes on this one's class path. */
    private static JavaSparkContext cluster(int executors) throws IOException {
        SparkConf conf =
                ParameterServerTrainingMaster.configure(new SparkConf()).setAppName("example");
        if (!conf.contains("spark.master")) {
            Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
            conf.setMaster(String.format(Locale.ROOT, "local-cluster[%d,2,1024]", executors))
                    .set("spark.ui.enabled", "false")
                    .set("spark.executor.extraClassPath", absolute(System.getProperty("java.class.path")));
        }
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
