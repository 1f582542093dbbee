package org.weft.trainer.commands;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ClusterConfig;
import org.weft.core.config.ClusterConfig.Device;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.plan.Budget;
import org.weft.driver.plan.Comparison;
import org.weft.driver.plan.CorpusForecast;
import org.weft.driver.plan.Forecast;
import org.weft.driver.plan.ForecastTable;
import org.weft.driver.plan.MachinePeaks;
import org.weft.driver.plan.MemoryModel;
import org.weft.driver.plan.PeakMeasurement;
import org.weft.driver.plan.RunMeasurement;
import org.weft.driver.progress.Progress;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.TeacherModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code plan}: what a run will need and take, without a cluster; of a run that was, predicted against measured. */
@Command(
        name = "plan",
        description = "Predict memory, traffic, step time and cost of a run; or compare a run with its prediction.",
        mixinStandardHelpOptions = true)
public final class PlanCommand implements Callable<Integer> {
    /** Stands where the user names no run.dir: a shape alone can be planned too. */
    private static final String NO_RUN = "unnamed-run";

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--vocab-size",
            paramLabel = "N",
            description = "Vocabulary; that of run.dir's corpus, or tokenizer.vocab_size, if not given.")
    private Integer vocabSize;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "Tokens to train on, e.g. 2.5e9; those of training.steps if not given.")
    private Double tokens;

    @Option(names = "--hours", paramLabel = "H", description = "Train for so long, instead of --tokens.")
    private Double hours;

    @Option(
            names = "--peak-gflops",
            paramLabel = "F",
            description = "A replica's float32 matrix-product rate; measured on this machine if not given.")
    private double peakGflops;

    @Option(
            names = "--network-gbits",
            split = ",",
            paramLabel = "G",
            description = "Network of one machine; no bound if not given. With --scale several: G,G,….")
    private List<Double> networkGbits = List.of();

    @Mixin
    private final ScaleOptions scale = new ScaleOptions();

    @Option(
            names = "--price-per-hour",
            paramLabel = "P",
            description = "Price of the whole cluster for an hour, in any currency.")
    private Double pricePerHour;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "A run.dir that has trained: predicted against measured.")
    private String run;

    @Option(names = "--json", description = "The closing JSON object alone.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (tokens != null && hours != null) {
            throw WeftException.usage("--tokens and --hours exclude each other", "give one of them");
        }
        requirePositive("--tokens", tokens);
        requirePositive("--hours", hours);
        networkGbits.forEach(gbits -> requirePositive("--network-gbits", gbits));
        if (networkGbits.size() > 1 && !scale.asked()) {
            throw WeftException.usage(
                    "--network-gbits has " + networkGbits.size() + " values, and a run is on one network",
                    "give one, or --scale for a table of several");
        }
        requirePositive("--vocab-size", vocabSize);
        try (FileAccess files = options.openFiles()) {
            Store store = files.store();
            if (run != null) {
                if (scale.asked()) {
                    throw WeftException.usage(
                            "--scale does not go with --run: a run that was is compared with its own prediction",
                            "leave one of them out");
                }
                compare(store);
            } else {
                predict(store);
            }
            return ExitStatus.DONE.code();
        }
    }

    private static void requirePositive(String option, Number value) {
        if (value != null && !(value.doubleValue() > 0)) {
            throw WeftException.usage(option + " " + value + " must be positive", "");
        }
    }

    private void predict(Store store) throws IOException {
        WeftConfig config = options.loadOver("run: {dir: " + NO_RUN + "}");
        if (scale.asked() && config.distillation().asks()) {
            throw WeftException.usage(
                    "--scale counts no teacher: distillation.teacher="
                            + config.distillation().teacher(),
                    "leave one of them out");
        }
        Forecast forecast = forecast(store, config);
        double budgetTokens = tokens != null
                ? tokens
                : hours != null ? hours * 3600 * forecast.tokensPerSecond() : forecast.configuredTokens();
        Budget budget = new Budget(budgetTokens, pricePerHour == null ? Double.NaN : pricePerHour);
        if (!json) {
            System.out.print(new ForecastTable(forecast, budget).render());
            CorpusForecast corpus = CorpusForecast.of(store, config);
            System.out.print(corpus == null ? "" : corpus.render());
        }
        Summary summary = PlanSummary.of(forecast, budget);
        if (scale.asked()) {
            summary.put("scale", scale.report(forecast, budget, networkGbits, json));
        }
        summary.print();
    }

    private void compare(Store store) throws IOException {
        RunMeasurement measured = RunMeasurement.read(store, RunDirectory.of(run));
        String path = RunDirectory.of(run).config();
        String yaml = new String(store.readAll(path), StandardCharsets.UTF_8);
        WeftConfig config = ConfigLoader.recorded(path, yaml);
        Comparison comparison = new Comparison(forecast(store, config), measured);
        if (!json) {
            System.out.print(comparison.render());
        }
        Summary summary = new Summary("plan").put("run", run);
        for (Comparison.Row row : comparison.rows()) {
            summary.number("predicted_" + row.key(), row.predicted())
                    .number("measured_" + row.key(), row.measured())
                    .number("error_percent_" + row.key(), row.errorPercent());
        }
        summary.print();
    }

    private Forecast forecast(Store store, WeftConfig config) throws IOException {
        if (config.finetune().active()) {
            Progress.onStderr()
                    .say("plan knows pre-training alone: finetune.task="
                            + config.finetune().task().word()
                            + " is left out, all parameters of the model section learn");
        }
        ModelShape shape = new ModelShape(config.model(), vocabulary(store, config));
        double network = networkGbits.isEmpty() ? Double.POSITIVE_INFINITY : networkGbits.get(0) * 1e9 / Byte.SIZE;
        return Forecast.of(
                shape,
                config,
                peaks(config),
                network,
                TeacherModel.shapeOf(store, config).orElse(null));
    }

    private int vocabulary(Store store, WeftConfig config) {
        if (vocabSize != null) {
            return vocabSize;
        }
        String corpus = config.run().directory().corpus();
        try {
            if (!config.run().dir().equals(NO_RUN) && store.exists(corpus + "/" + CorpusManifest.FILE)) {
                return CorpusManifest.load(store, corpus).vocabSize();
            }
        } catch (IOException e) {
            Progress.onStderr().say(corpus + " cannot be read: " + e.getMessage());
        }
        int expected = MemoryModel.expectedVocabulary(config);
        Progress.onStderr().say("no corpus yet: taking a vocabulary of " + expected + " (--vocab-size says another)");
        return expected;
    }

    private MachinePeaks peaks(WeftConfig config) {
        ClusterConfig cluster = config.cluster();
        if (cluster.device() == Device.CUDA && !(peakGflops > 0)) {
            throw WeftException.usage(
                    "cluster.device=cuda, and this command measures processors alone",
                    "give --peak-gflops, a GPU's float32 matrix-product rate as pretrain's log shows it");
        }
        int processors = Runtime.getRuntime().availableProcessors();
        int side = Forecast.onOneMachine(config) ? Math.min(cluster.workers(), processors) : 1;
        MachinePeaks peaks = new PeakMeasurement(ReplicaOptions.cpu(cluster.threads()), side)
                .run(peakGflops * 1e9, config.training().precision() == Precision.BF16);
        if (peaks.emulatesBfloat16()) {
            Progress.onStderr()
                    .say(String.format(
                            Locale.ROOT,
                            "training.precision=bf16: this processor emulates bfloat16, %.0f GFLOP/s where float32 has %.0f:"
                                    + " leave it at fp32 where such processors train",
                            peaks.narrowFlops() / 1e9,
                            peaks.flops() / 1e9));
        }
        return peaks;
    }
}
