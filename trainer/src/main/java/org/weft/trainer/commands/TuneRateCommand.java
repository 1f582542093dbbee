package org.weft.trainer.commands;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.weft.coordinator.RunDiverged;
import org.weft.core.ExitStatus;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.MetricsLog;
import org.weft.driver.progress.Progress;
import org.weft.driver.progress.StepRecord;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Engines;
import org.weft.trainer.pretrain.Pretraining;
import org.weft.trainer.rate.RateFinding;
import org.weft.trainer.rate.RateRange;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code tune-rate}: a learning rate for a configuration, by one short run under rates that grow. That run is one of its own, {@code
 * runs/rate-…} below the run's directory: stopped, it goes on; finished, it is read again.
 */
@Command(
        name = "tune-rate",
        description = "Find a learning rate by a short run under rates that grow from step to step.",
        mixinStandardHelpOptions = true)
public final class TuneRateCommand implements Callable<Integer> {
    private static final int NAME_DIGITS = 8;

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--lowest",
            defaultValue = "1e-6",
            paramLabel = "RATE",
            description = "The first step's rate; default ${DEFAULT-VALUE}.")
    private double lowest;

    @Option(
            names = "--highest",
            defaultValue = "1",
            paramLabel = "RATE",
            description = "The last step's; default ${DEFAULT-VALUE}.")
    private double highest;

    @Option(names = "--steps", defaultValue = "100", paramLabel = "N", description = "Default ${DEFAULT-VALUE}.")
    private int steps;

    private final Progress progress = Progress.onStderr();

    @Override
    public Integer call() throws Exception {
        WeftConfig config = options.load();
        int stride = config.sync().stride();
        RateRange range = new RateRange(lowest, highest, (steps + stride - 1) / stride * stride); // whole rounds
        requirePlain(config);
        Engines.require(config.cluster().engine());
        WeftConfig tested = tested(config, range);
        try (FileAccess files = options.openFiles();
                SparkApplication application = SparkApplication.start(config, "tune-rate", files.settings())) {
            PrepareCommand.prepared(application, config, progress);
            try (RunLease lease =
                    TrainingRun.lease(application, config.run(), progress)) { // the corpus stays what it is
                if (stopped(application, tested)) {
                    progress.say("stopped; the same command goes on from here");
                    return ExitStatus.TERMINATED.code();
                }
            }
            report(range, losses(application.store(), tested.run().directory()), tested);
            return ExitStatus.DONE.code();
        }
    }

    /** Trains. Rates that leave no finite loss end the run, and that is what it was to show. */
    private boolean stopped(SparkApplication application, WeftConfig tested) throws IOException {
        try {
            return new Pretraining(application, tested, progress, StopSource.SIGNALS)
                    .run(TrainingRun.LATEST)
                    .stopped();
        } catch (RunDiverged ended) {
            progress.say("the run ended where its loss was no number any more: " + ended.getMessage());
            return false;
        }
    }

    private static void requirePlain(WeftConfig config) {
        if (config.privacy().active()) {
            throw WeftException.usage(
                    "privacy does not go with tune-rate: the rows would be seen by two runs under one secret",
                    "take a rate that public data of the same kind suggest");
        }
        if (config.finetune().active()) {
            throw WeftException.usage(
                    "finetune.task does not go with tune-rate, which trains as pretrain does",
                    "sweep --over training.learning_rate=… searches rates of a fine-tuning, or leave the section out");
        }
    }

    /** A run of the same model, data and optimizer; nothing is evaluated, one checkpoint is written, at the end. */
    private static WeftConfig tested(WeftConfig config, RateRange range) {
        List<String> settings = new ArrayList<>(List.of(
                "training.learning_rates="
                        + range.table().stream().map(ConfigLoader::quoted).toList(),
                "training.steps=" + range.steps(),
                "training.schedule=constant",
                "training.decay_steps=0",
                "training.non_finite=skip",
                "training.eval_every=0",
                "checkpoint.every=" + range.steps(),
                "run.corpus=" + ConfigLoader.quoted(config.run().directory().corpus())));
        String name = "rate-"
                + Sha256.hex((ConfigLoader.toYaml(config) + settings).getBytes(StandardCharsets.UTF_8))
                        .substring(0, NAME_DIGITS);
        settings.add("run.dir="
                + ConfigLoader.quoted(config.run().directory().sweep(name).path()));
        return ConfigLoader.load("tune-rate", ConfigLoader.toYaml(config), settings);
    }

    private static double[] losses(Store store, RunDirectory run) throws IOException {
        List<Double> losses = new ArrayList<>();
        MetricsLog.each(store, run, record -> {
            if (record instanceof StepRecord step) {
                losses.add(step.loss());
            }
        });
        return losses.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private void report(RateRange range, double[] losses, WeftConfig tested) {
        RateFinding finding = new RateFinding(range, losses);
        System.out.print(finding.render());
        Summary summary =
                new Summary("tune-rate").put("run", tested.run().dir()).put("steps", losses.length);
        if (finding.suggested().isEmpty()) {
            progress.say("no rate is suggested: " + finding.noSuggestion());
        } else {
            double rate = finding.suggested().getAsDouble();
            progress.say(String.format(
                    Locale.ROOT,
                    "--set training.learning_rate=%.1e: a third of %.1e, under which the loss was lowest; with a warm-up",
                    rate,
                    finding.lowestAt()));
            summary.number("learning_rate", rate);
        }
        summary.number("lowest_loss_at", finding.lowestAt()).print();
    }
}
