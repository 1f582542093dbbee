package org.weft.trainer.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.taught.TeacherLogitsManifest;
import org.weft.core.tokens.CorpusManifest;
import org.weft.corpus.CorpusJob;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.run.TrainingRun;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.HuggingFaceExport;
import org.weft.trainer.UntrainedRun;

/** Pre-training as a program calls it, within its own Spark application. */
@Timeout(180)
class PretrainingTest {
    private static JavaSparkContext context;
    private static SparkApplication application;

    @TempDir
    Path directory;

    private static final int PADDED = 320;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeAll
    static void start() {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[3]")
                .setAppName("pretraining-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
        application = SparkApplication.within(context);
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @Test
    void trainsGoesOnAndNoticesAnotherCorpus() throws IOException {
        CorpusManifest corpus = prepare("the ship sailed on");
        RunResult first = train(null, 2);
        assertThat(first.step()).isEqualTo(2);
        assertThat(first.validationLoss()).isBetween(1.0, 8.0);
        CheckpointManifest manifest = first.checkpoint().manifest();
        assertThat(manifest.sources())
                .startsWith(new CheckpointManifest.Source("corpus", uri() + "/corpus", corpus.fingerprint()))
                .contains(new CheckpointManifest.Source(
                        "corpus-manifest",
                        uri() + "/corpus/manifest.json",
                        Sha256.hex(Files.readAllBytes(directory.resolve("corpus/manifest.json")))));

        CorpusManifest other = prepare("no storm ever came");
        assertThat(other.tokenizerSha256()).isEqualTo(corpus.tokenizerSha256());
        RunResult second = train(TrainingRun.LATEST, 4);
        assertThat(second.step()).isEqualTo(4);
        assertThat(second.checkpoint().manifest().evaluations()).containsKey(2);
        assertThat(said.toString())
                .contains("gpt2 of ", " parameters on 1 worker and 1 server, steps 0 to 2")
                .contains("changed since that checkpoint: {corpus="
                        + corpus.fingerprint().substring(0, 12) + " -> "
                        + other.fingerprint().substring(0, 12));
    }

    /** What the executors of a standby do before they have anything to do, however the run is configured. */
    @Test
    void oneBlockWarmsAnExecutor() throws IOException {
        CorpusManifest corpus = prepare("the ship sailed on");
        for (String setting : List.of(
                "model.layers=3",
                "cluster.residency=streamed",
                "training.precision=bf16",
                "sync.mode=local",
                "model.architecture=llama",
                "model.architecture=mixtral",
                "model.architecture=gemma3_text",
                "model.architecture=gpt_neox")) {
            WeftConfig config = ConfigLoader.recorded(
                    "test", config(50), List.of(setting, "training.eval_every=50", "checkpoint.every=50"));
            assertThatCode(() -> new LanguageModelling(
                                    config, corpus.vocabSize(), application.store(), Map.of(), 32, null)
                            .warm("cpu"))
                    .as(setting)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void whatWarmsAnExecutorIsSmallHoweverLargeTheModel() throws IOException {
        WeftConfig large = ConfigLoader.recorded(
                "test",
                config(50),
                List.of(
                        "model.architecture=llama",
                        "model.layers=32",
                        "model.width=4096",
                        "model.heads=32",
                        "model.kv_heads=8",
                        "model.head_dim=128",
                        "model.context=4096",
                        "training.eval_every=50",
                        "checkpoint.every=50"));
        LanguageModelling workload = new LanguageModelling(large, 128_000, application.store(), Map.of(), 32, null);
        assertThat(workload.layout().size()).isGreaterThan(5_000_000_000L);
        assertThat(workload.narrow().layout().size()).isLessThan(1_000_000);
    }

    @Test
    void withoutACorpusThereIsNoTrace() {
        assertThatThrownBy(() -> train(null, 2))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("no corpus: ");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aPaddedVocabularyIsTrainedOnAndGoneOnWith() throws IOException {
        CorpusManifest corpus = prepare("the ship sailed on");
        Checkpoint padded = padded(corpus);
        RunResult first = pretraining(config(2)).run(null, padded.directory());
        assertThat(first.checkpoint().manifest().vocabSize()).isEqualTo(PADDED);
        assertThat(first.checkpoint().manifest().tokenizerSha256()).isEqualTo(corpus.tokenizerSha256());
        assertThat(train(TrainingRun.LATEST, 4).checkpoint().manifest().vocabSize())
                .isEqualTo(PADDED);
    }

    @Test
    void nothingIsImportedForARunThatHasNoRoom() throws IOException {
        Store store = application.store();
        Checkpoint padded = padded(prepare("the ship sailed on"));
        new HuggingFaceExport(store, padded, notice -> {})
                .write(uri() + "/hf", new HuggingFaceExport.Options(FloatFormat.F32, Long.MAX_VALUE, ""));
        WeftConfig wide = ConfigLoader.load("test", ConfigLoader.toYaml(config(2)), List.of("cluster.workers=4"));
        assertThatThrownBy(() -> pretraining(wide).run(null, uri() + "/hf")).isInstanceOf(WeftException.class);
        assertThat(directory.resolve("imported")).doesNotExist();
    }

    /** Kept of all tokens, what a teacher said is the teacher. A start that finds files of an earlier one takes them. */
    @Test
    void learnsFromWhatATeacherSaidAsFromTheTeacher() throws IOException {
        CorpusManifest corpus = prepare("the ship sailed on");
        String teacher = "distillation.teacher=" + padded(corpus).directory();
        String kept = uri() + "/kept";
        TeacherLogitsManifest written = new TaughtCorpus(application, with(teacher), notice -> {}).write(PADDED, kept);
        Files.delete(directory.resolve("kept/manifest.json"));
        Files.delete(directory.resolve("kept/" + written.files().get(1).file()));
        assertThat(new TaughtCorpus(application, with(teacher), notice -> {}).write(PADDED, kept))
                .isEqualTo(written);
        assertThatThrownBy(() -> new TaughtCorpus(application, with(teacher), notice -> {}).write(2, kept))
                .hasMessageContaining("kept has logits of something else: ");

        RunResult beside =
                pretraining(with("run.dir=" + uri() + "/beside", teacher)).run(null);
        String logits = "distillation.logits=" + kept;
        RunResult after =
                pretraining(with("run.dir=" + uri() + "/after", logits)).run(null);
        assertThat(after.loss()).isCloseTo(beside.loss(), within(1e-5));
        assertThat(after.validationLoss()).isCloseTo(beside.validationLoss(), within(1e-5));
        for (RunResult taught : List.of(beside, after)) {
            assertThat(taught.checkpoint().manifest().vocabSize()).isEqualTo(PADDED);
        }
        assertThat(after.checkpoint().manifest().sources())
                .contains(new CheckpointManifest.Source("teacher", kept, written.sha256()));
        assertThatThrownBy(() -> pretraining(with("run.dir=" + uri() + "/short", logits, "model.context=4"))
                        .run(null))
                .hasMessage("distillation.logits=" + kept + " are of other windows: model.context=8 (the run's is 4)");
    }

    private WeftConfig with(String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("run.corpus=" + uri() + "/corpus");
        return ConfigLoader.load("test", ConfigLoader.toYaml(config(2)), all);
    }

    /** A model of step 0 with more rows than its tokenizer has tokens. */
    private Checkpoint padded(CorpusManifest corpus) throws IOException {
        ParameterLayout layout = new ModelShape(config(2).model(), PADDED).layout();
        return UntrainedRun.write(
                application.store(),
                RunDirectory.of(uri() + "/other"),
                new RunIdentity(config(2), layout, new Vocabulary(PADDED, corpus.tokenizerSha256())));
    }

    /** A vocabulary of the bytes alone, so that every text has the same tokenizer. */
    private CorpusManifest prepare(String sentence) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int document = 0; document < 100; document++) {
            text.append(document).append(' ').append((sentence + " ").repeat(5)).append("\n\n");
        }
        Files.writeString(directory.resolve("text.txt"), text);
        WeftConfig config = config(2);
        return new CorpusJob(context, application.store(), message -> {})
                .run(
                        config.corpus(),
                        config.tokenizer(),
                        config.model(),
                        config.run().directory().corpus());
    }

    private RunResult train(String resume, int steps) throws IOException {
        return pretraining(config(steps)).run(resume);
    }

    private Pretraining pretraining(WeftConfig config) {
        Progress progress = new Progress(new PrintStream(said, true, StandardCharsets.UTF_8), false, System::nanoTime);
        return new Pretraining(application, config, progress, StopSource.NONE);
    }

    private String uri() {
        return "file://" + directory;
    }

    private WeftConfig config(int steps) {
        String yaml = """
                run: {dir: "%s"}
                cluster: {workers: 1, servers: 1, device: cpu, start_timeout_seconds: 60}
                corpus: {input: ["%s/text.txt"], val_fraction: 0.1}
                tokenizer: {kind: bpe, vocab_size: 257}
                model: {layers: 1, width: 16, heads: 2, context: 8}
                training: {global_batch: 4, micro_batch: 1, lanes: 4, warmup_steps: 0, eval_every: 2, eval_batches: 2}
                checkpoint: {every: 2}
                """.formatted(uri(), uri());
        return ConfigLoader.load("test", yaml, List.of("training.steps=" + steps));
    }
}
