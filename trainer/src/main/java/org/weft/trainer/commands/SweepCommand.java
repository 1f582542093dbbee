package org.weft.trainer.commands;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.scores.LanguageScores;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.lease.RunLease;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.EvaluationJob;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.Engines;
import org.weft.trainer.pretrain.Pretraining;
import org.weft.trainer.sweep.FamilyMember;
import org.weft.trainer.sweep.ModelFamily;
import org.weft.trainer.sweep.SizeResult;
import org.weft.trainer.sweep.Study;
import org.weft.trainer.sweep.StudyJson;
import org.weft.trainer.sweep.StudyPage;
import org.weft.trainer.sweep.StudyTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sweep}: what making the model bigger buys, from small sizes on one corpus; or which settings are best, by {@code --over}. */
@Command(
        name = "sweep",
        description =
                "Train a family of sizes on one corpus, fit the law of their losses, predict the largest; or, with"
                        + " --over, search settings.",
        mixinStandardHelpOptions = true)
public final class SweepCommand implements Callable<Integer> {
    private static final String PAGE = "sweep.html";
    private static final String RESULTS = "results.json";
    private static final int FEWEST_SIZES = 4;
    private static final List<String> SIZES = List.of("--sizes", "--smallest", "--largest", "--tokens");

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--sizes",
            defaultValue = "5",
            paramLabel = "N",
            description =
                    "Sizes that the law is fitted to; one more, the largest, is held out. Default ${DEFAULT-VALUE}.")
    private int sizes;

    @Option(
            names = "--smallest",
            defaultValue = "1e5",
            paramLabel = "N",
            description = "Parameters of the smallest size, embeddings included; default ${DEFAULT-VALUE}.")
    private double smallest;

    @Option(
            names = "--largest",
            defaultValue = "5e6",
            paramLabel = "N",
            description = "Parameters of the held-out size; default ${DEFAULT-VALUE}.")
    private double largest;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "Tokens that each size is trained on; those of training.steps if not given.")
    private Double tokens;

    @Mixin
    private SearchOptions search;

    private final Progress progress = Progress.onStderr();

    @Override
    public Integer call() throws Exception {
        if (search.isGiven()) {
            return new SearchRun(options, search, progress).run(SIZES).code();
        }
        search.refuseAlone();
        check();
        WeftConfig config = withTokens(options.load());
        Engines.require(config.cluster().engine());
        try (FileAccess files = options.openFiles();
                SparkApplication application = SparkApplication.start(config, "sweep", files.settings())) {
            CorpusManifest corpus = PrepareCommand.prepared(application, config, progress);
            List<FamilyMember> family = new ModelFamily(config, corpus.vocabSize()).sizes(sizes + 1, smallest, largest);
            Sweep sweep = new Sweep(new SparkRuns(application, progress), config, application.store(), progress);
            List<SizeResult> results = sweep(application, config, sweep, family, corpus);
            if (results.size() < family.size()) {
                progress.say("stopped; the same command goes on from here");
                return ExitStatus.TERMINATED.code();
            }
            report(sweep, config, corpus, Study.of(results));
            return ExitStatus.DONE.code();
        }
    }

    /** Runs of a sweep read the sweep's corpus: while they do, no prepare may replace it. */
    private List<SizeResult> sweep(
            SparkApplication application,
            WeftConfig config,
            Sweep sweep,
            List<FamilyMember> family,
            CorpusManifest corpus)
            throws Exception {
        try (RunLease lease = TrainingRun.lease(application, config.run(), progress)) {
            return sweep.run(family, corpus);
        }
    }

    private void check() {
        if (sizes < FEWEST_SIZES) {
            throw WeftException.usage(
                    "--sizes " + sizes + " must be at least " + FEWEST_SIZES, "the law has three constants");
        }
        if (!(smallest > 0) || !(largest > 2 * smallest)) {
            throw WeftException.usage(
                    "--smallest " + smallest + " and --largest " + largest + " leave no room for sizes",
                    "--largest must be more than twice --smallest");
        }
        if (tokens != null && !(tokens > 0)) {
            throw WeftException.usage("--tokens " + tokens + " must be positive", "");
        }
    }

    private WeftConfig withTokens(WeftConfig config) {
        if (tokens == null) {
            return config;
        }
        long stepTokens = (long) config.training().globalBatch() * config.textTokens();
        int steps = (int) Math.min(Integer.MAX_VALUE, Math.max(1, Math.round(tokens / stepTokens)));
        return ConfigLoader.load("sweep", ConfigLoader.toYaml(config), List.of("training.steps=" + steps));
    }

    private void report(Sweep sweep, WeftConfig config, CorpusManifest corpus, Study study) throws IOException {
        String dir = config.run().dir();
        long trained = study.heldOut().tokens();
        String facts = String.format(
                Locale.ROOT,
                "%s, each size trained on %,d tokens of a corpus of %,d (%.1f times over), vocabulary %,d, context %d,"
                        + " losses on %,d held-back tokens.",
                config.model().architecture(),
                trained,
                corpus.train().tokens(),
                (double) trained / corpus.train().tokens(),
                corpus.vocabSize(),
                config.model().context(),
                corpus.val().tokens());
        sweep.write(dir + "/" + RESULTS, StudyJson.study(study));
        sweep.write(
                dir + "/" + PAGE,
                new StudyPage(config.run().name(), facts, study).render().getBytes(StandardCharsets.UTF_8));
        System.out.print(new StudyTable(study).render());
        progress.say("page: " + dir + "/" + PAGE);
        new Summary("sweep")
                .put("results", dir + "/" + RESULTS)
                .put("page", dir + "/" + PAGE)
                .put("sizes", study.fitted().size())
                .put("tokens", trained)
                .number("floor", study.law().floor())
                .number("scale", study.law().scale())
                .number("exponent", study.law().exponent())
                .number("held_out_predicted", study.predicted())
                .number("held_out_loss", study.heldOut().loss())
                .number("held_out_error_percent", study.errorPercent())
                .print();
    }

    /** The ordinary paths of pretrain and evaluate. */
    private record SparkRuns(SparkApplication application, Progress progress) implements Sweep.Runs {
        @Override
        public RunResult train(WeftConfig config) throws IOException {
            return new Pretraining(application, config, progress, StopSource.SIGNALS).run(TrainingRun.LATEST);
        }

        @Override
        public LanguageScores evaluate(WeftConfig config, RunResult trained) throws IOException {
            return new EvaluationJob(application, config)
                    .run(trained.checkpoint())
                    .scores();
        }
    }
}
