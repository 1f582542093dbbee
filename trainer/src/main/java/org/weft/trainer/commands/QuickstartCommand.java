package org.weft.trainer.commands;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.TokenCorpus;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.local.EmbeddedHdfs;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.hub.StoredModel;
import org.weft.trainer.local.SampleCorpus;
import org.weft.trainer.pretrain.Pretraining;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code quickstart}: the main job from text to samples on one machine, with a real HDFS and real executor processes:
 * prepare, pretrain, resume, evaluate, generate. A second quickstart in the same folder goes on where the first ended.
 */
@Command(
        name = "quickstart",
        description = "Text in, a trained language model out, on an embedded HDFS and two Spark executors.",
        mixinStandardHelpOptions = true)
public final class QuickstartCommand implements Callable<Integer> {
    private static final int SAMPLES = 10;
    private static final int SAMPLE_TOKENS = 48;
    private static final SamplingOptions SAMPLING = new SamplingOptions(0.5, 40, 0.9, 1);

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps to train before the resume; conf/quickstart.yaml's training.steps if not given.")
    private Integer steps;

    @Option(
            names = "--work-dir",
            defaultValue = "weft-quickstart",
            paramLabel = "DIR",
            description = "Where everything is kept; default ${DEFAULT-VALUE}.")
    private Path workDir;

    @Option(names = "--input", paramLabel = "PATH", description = "Your own text or JSONL: a file, folder or glob.")
    private Path input;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets one key over conf/quickstart.yaml.")
    private List<String> overrides = new ArrayList<>();

    private final Progress progress = Progress.onStderr();
    private final PartTimes times = new PartTimes(System::nanoTime);

    @Override
    public Integer call() throws Exception {
        if (steps != null && steps < 1) {
            throw WeftException.usage("--steps " + steps + " must be at least 1", "");
        }
        Path home = Files.createDirectories(workDir).toRealPath();
        try (EmbeddedHdfs hdfs = EmbeddedHdfs.start(home.resolve("hdfs"));
                FileAccess files = new FileAccess(hdfs)) {
            WeftConfig config = config(files.store(), home);
            progress.say("HDFS at " + hdfs.uri() + ", kept in " + home.resolve("hdfs"));
            try (SparkApplication application = SparkApplication.start(config, "quickstart", files.settings())) {
                times.ended("HDFS and Spark");
                return run(application, config, home);
            }
        }
    }

    private int run(SparkApplication application, WeftConfig config, Path home) throws Exception {
        Store store = application.store();
        prepare(application, config);
        times.ended("prepare");
        Checkpoint before =
                new CheckpointResolver(store, progress::say).latest(config.run().directory());
        int from = before == null ? 0 : before.manifest().step();
        int first = from + config.training().steps();
        RunResult trained = train(application, config, first, before == null ? null : TrainingRun.LATEST);
        if (trained.stopped()) {
            return ExitStatus.TERMINATED.code();
        }
        times.ended("training");
        int second = first + Math.max(10, config.training().steps() / 10);
        progress.say("resuming for " + (second - first) + " steps from the last checkpoint on HDFS");
        RunResult resumed = train(application, config, second, TrainingRun.LATEST);
        if (resumed.stopped()) {
            return ExitStatus.TERMINATED.code();
        }
        times.ended("resuming");
        evaluate(application, config, resumed.checkpoint());
        times.ended("evaluation");
        generate(store, resumed.checkpoint());
        times.ended("samples");
        explain(config, home, trained, resumed);
        Summary.of("quickstart", resumed)
                .number("first_loss", trained.firstLoss())
                .print();
        return ExitStatus.DONE.code();
    }

    private WeftConfig config(Store store, Path home) throws IOException {
        Path recipe = Path.of(System.getProperty("weft.home", "."), "conf", "quickstart.yaml");
        List<String> settings = new ArrayList<>();
        String name =
                input == null ? "quickstart" : input.getFileName().toString().replaceAll("[^A-Za-z0-9]", "-");
        settings.add("run.dir=/weft/" + name);
        if (input == null) {
            settings.add("corpus.input=[/weft/input/wordnet-glosses.txt]");
            settings.add("corpus.sample_by=" + SampleCorpus.SAMPLE_BY);
            copySample(store, home);
        } else {
            // Hadoop takes a path as it is written, blanks and globs included; a URI would have them encoded.
            String local = "file://" + input.toAbsolutePath().normalize();
            settings.add("corpus.input=[" + ConfigLoader.quoted(local) + "]");
        }
        if (steps != null) {
            settings.add("training.steps=" + steps);
        }
        settings.addAll(overrides);
        return ConfigLoader.load(recipe.toString(), Files.readString(recipe), settings);
    }

    private void copySample(Store store, Path home) throws IOException {
        String target = "/weft/input/wordnet-glosses.txt";
        if (store.exists(target)) {
            return;
        }
        Path local = home.resolve("wordnet-glosses.txt");
        SampleCorpus.Extracted sample = new SampleCorpus().writeTo(local);
        try (AtomicOutput out = store.create(target)) {
            Files.copy(local, (OutputStream) out);
            out.commit();
        }
        Files.delete(local);
        progress.say("sample corpus: " + sample.documents() + " glosses of WordNet 3.1 -> " + target);
    }

    private void prepare(SparkApplication application, WeftConfig config) throws Exception {
        String corpus = config.run().directory().corpus();
        if (application.store().exists(corpus + "/" + CorpusManifest.FILE)) {
            progress.say("the corpus in " + corpus + " is prepared already");
            return;
        }
        CorpusManifest manifest = PrepareCommand.prepare(application, config, progress);
        PrepareCommand.summary(config, manifest).print();
    }

    private RunResult train(SparkApplication application, WeftConfig config, int lastStep, String resume)
            throws IOException {
        WeftConfig upTo =
                ConfigLoader.load("quickstart", ConfigLoader.toYaml(config), List.of("training.steps=" + lastStep));
        return new Pretraining(application, upTo, progress, StopSource.SIGNALS).run(resume);
    }

    /** A text of a few paragraphs may leave nothing to validate on; the model is trained all the same. */
    private void evaluate(SparkApplication application, WeftConfig config, Checkpoint checkpoint) throws IOException {
        String directory = config.run().directory().corpus();
        CorpusManifest corpus = CorpusManifest.load(application.store(), directory);
        try (TokenCorpus validation = TokenCorpus.val(application.store(), directory, corpus)) {
            if (validation.samples(config.model().context()) == 0) {
                progress.say("no text to evaluate on; --set corpus.val_fraction=0.1 keeps more of it for validation");
                return;
            }
        }
        progress.say("evaluating " + checkpoint.directory());
        EvaluateCommand.summary(application, config, checkpoint).print();
    }

    private void generate(Store store, Checkpoint checkpoint) throws IOException {
        try (TextContinuation continuation = TextContinuation.open(StoredModel.of(store, checkpoint))) {
            GenerationOptions options = new GenerationOptions(SAMPLING, SAMPLE_TOKENS, SAMPLES, true);
            List<String> prompts = Collections.nCopies(SAMPLES, "");
            continuation.generate(prompts, options, List.of(), new TextContinuation.Listener() {
                @Override
                public void whole(int prompt, TextContinuation.Continuation sample) {
                    progress.say("sample " + (prompt + 1) + ": " + sample.text().strip());
                }
            });
        }
    }

    private void explain(WeftConfig config, Path home, RunResult trained, RunResult resumed) {
        String hdfs = "--hdfs " + home.resolve("hdfs");
        progress.say(String.format(
                """

                Done in %s.
                Loss %.3f at the first step, %.3f at step %d%s.
                On the embedded HDFS, kept in %s:
                  %s/corpus        token shards, tokenizer.json, manifest.json
                  %s/checkpoints   %s is the newest
                  %s/metrics.jsonl, config.yaml
                Next:
                  ./weft generate %s --checkpoint %s --prompt 'a large '
                  ./weft inspect %s %s
                  ./weft quickstart --work-dir %s            # goes on training
                  ./weft quickstart --input YOUR_TEXT        # your own corpus
                A real cluster: deploy/standalone/README.md""",
                times,
                trained.firstLoss(),
                resumed.loss(),
                resumed.step(),
                Double.isNaN(resumed.validationLoss())
                        ? ""
                        : String.format(", on validation text %.3f", resumed.validationLoss()),
                home.resolve("hdfs"),
                config.run().dir(),
                config.run().dir(),
                resumed.checkpoint().manifest().step(),
                config.run().dir(),
                hdfs,
                config.run().dir(),
                hdfs,
                config.run().dir(),
                home));
    }
}
