package org.weft.trainer.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.batches.TokenShardBatches;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.CorpusSource;
import org.weft.core.tokens.CorpusSplit;
import org.weft.corpus.CorpusJob;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.Progress;
import org.weft.driver.progress.StepRecord;
import org.weft.driver.run.EvaluationJob;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.spark.SparkApplication;
import org.weft.trainer.RunRecords;

/** Three sources with a curriculum, and packed documents, as runs: the same bits whatever the cluster, and wherever they go on. */
@Timeout(180)
@Tag("once")
class MixtureTest {
    private static final String CURRICULUM =
            "training.curriculum=[{from_step: 3, weights: {web: 1, code: 1, books: 2}}, {from_step: 5, weights: {web: 0, code:"
                    + " 3, books: 1}}]";

    @TempDir
    static Path directory;

    private static JavaSparkContext context;
    private static SparkApplication application;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeAll
    static void start() throws IOException {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[6]")
                .setAppName("mixture-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
        application = SparkApplication.within(context);
        prepare();
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    /** Shards of one corpus as three sources. */
    private static void prepare() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int document = 0; text.length() < 400_000; document++) {
            text.append(document)
                    .append(" the ship sailed on".repeat(1 + document * 7 % 13))
                    .append("\n\n");
        }
        Files.writeString(directory.resolve("text.txt"), text);
        WeftConfig config = config("");
        String corpus = config.run().directory().corpus();
        CorpusManifest whole = new CorpusJob(context, application.store(), message -> {})
                .run(config.corpus(), config.tokenizer(), config.model(), corpus);
        List<CorpusSource> sources = new ArrayList<>();
        List<String> names = List.of("web", "code", "books");
        List<Double> weights = List.of(0.5, 0.3, 0.2);
        for (int i = 0; i < 3; i++) {
            List<CorpusShard> train = whole.train().shards();
            List<CorpusShard> val = whole.val().shards();
            sources.add(new CorpusSource(
                    names.get(i),
                    weights.get(i),
                    0,
                    new CorpusSplit(train.subList(2 * i, i < 2 ? 2 * i + 2 : train.size()), 1000),
                    new CorpusSplit(val.subList(2 * i, i < 2 ? 2 * i + 2 : val.size()), 1000)));
        }
        whole.withSources(sources).save(application.store(), corpus);
    }

    private static WeftConfig config(String run, String... overrides) {
        String yaml = """
                run: {dir: "file://%s/run%s", corpus: "file://%s/corpus", seed: 3}
                cluster: {workers: 1, servers: 1, device: cpu, start_timeout_seconds: 60}
                corpus: {input: ["file://%s/text.txt"], val_fraction: 0.1, shard_bytes: 65536}
                tokenizer: {kind: bpe, vocab_size: 300}
                model: {architecture: llama, layers: 1, width: 16, heads: 2, context: 32}
                training: {steps: 8, global_batch: 8, micro_batch: 2, lanes: 4, warmup_steps: 0, eval_every: 4, eval_batches: 2}
                checkpoint: {every: 2, keep: 10}
                """.formatted(directory, run, directory, directory);
        return ConfigLoader.load("test", yaml, List.of(overrides));
    }

    private RunResult train(String resume, WeftConfig config) throws IOException {
        Progress progress = new Progress(new PrintStream(said, true, StandardCharsets.UTF_8), false, System::nanoTime);
        return new Pretraining(application, config, progress, StopSource.NONE).run(resume);
    }

    private static String sha256(RunResult result) {
        return result.checkpoint().manifest().paramsSha256();
    }

    @Test
    void aCurriculumHasTheSameBitsOnAnyClusterAndFromAnyStep() throws IOException {
        RunResult one = train(null, config("one", CURRICULUM));
        assertThat(said.toString())
                .contains("source web: 25.00 % of the run's sequences, 512 tokens, 0.0")
                .contains("source code: 45.31 % of")
                .contains("source books: 29.69 % of");
        RunResult many = train(null, config("many", CURRICULUM, "cluster.workers=3", "cluster.servers=2"));
        assertThat(sha256(many)).isEqualTo(sha256(one));
        List<StepRecord> steps = steps("one");
        assertThat(steps("many")).extracting(StepRecord::figures).isEqualTo(figures(steps));
        assertLossesAreTheirs(steps, config("one", CURRICULUM));
        assertThat(steps.get(2).figures()).containsOnlyKeys("loss_web", "loss_code", "loss_books");
        assertThat(steps.get(6).figures()).containsOnlyKeys("loss_code", "loss_books");
        assertThat(said.toString()).containsPattern("step 8/8  loss [0-9.]+ \\(books [0-9.]+, code [0-9.]+\\)");
        for (String step : List.of("4", "6")) { // in the middle of the second stage, and in that of the third
            RunResult resumed = train(step, config("many", CURRICULUM, "cluster.workers=2"));
            assertThat(sha256(resumed)).isEqualTo(sha256(one));
        }
        assertThat(said.toString()).doesNotContain("changed since");
        train("4", config("many", CURRICULUM.replace("books: 2", "books: 1")));
        assertThat(said.toString()).contains("changed since that checkpoint: {training.curriculum=[{\"from_step\":3");
    }

    @Test
    void eachSourceIsEvaluated() throws IOException {
        RunResult result = train(null, config("evaluated", CURRICULUM));
        Map<String, Double> scores = RunRecords.of(directory.resolve("runevaluated"), EvaluationRecord.class).stream()
                .filter(evaluation -> evaluation.step() == 8)
                .findFirst()
                .orElseThrow()
                .scores(); // not of the checkpoint, which may be written before
        assertThat(scores).containsOnlyKeys("loss", "loss_web", "loss_code", "loss_books");
        assertThat(scores.get("loss"))
                .isBetween(
                        scores.values().stream().mapToDouble(x -> x).min().orElseThrow(),
                        scores.values().stream().mapToDouble(x -> x).max().orElseThrow());
        assertThat(Files.readString(directory.resolve("runevaluated/metrics.jsonl")))
                .contains("\"val_loss_web\":" + scores.get("loss_web"));
        assertThat(said.toString()).contains("val loss web");

        EvaluationJob.Result whole =
                new EvaluationJob(application, config("evaluated", CURRICULUM)).run(result.checkpoint());
        assertThat(whole.bySource()).containsOnlyKeys("web", "code", "books");
        assertThat(whole.bySource().values().stream()
                        .mapToLong(scored -> scored.tokens())
                        .sum())
                .isEqualTo(whole.scores().tokens());
    }

    @Test
    void packedDocumentsHaveTheSameBitsOnAnyCluster() throws IOException {
        String apart = "training.document_attention=true";
        String packing = "training.packing=best_fit";
        RunResult one = train(null, config("packed", apart, packing));
        RunResult many = train(null, config("packed-many", apart, packing, "cluster.workers=3", "cluster.servers=2"));
        assertThat(sha256(many)).isEqualTo(sha256(one));
        assertThat(figures(steps("packed-many"))).isEqualTo(figures(steps("packed")));
        assertLossesAreTheirs(steps("packed"), config("packed", apart, packing));
        assertThat(sha256(train(null, config("packed-mixed", packing)))).isNotEqualTo(sha256(one));
        RunResult longer = train(null, config("longer", apart, packing, "model.context=64")); // the corpus as it is
        assertThat(longer.validationLoss()).isPositive();
    }

    @Test
    void aMixtureThatCannotBeIsRefusedBeforeTheRun() {
        assertThatThrownBy(() -> train(
                        null, config("refused", "training.curriculum=[{from_step: 0, weights: {web: 1, kode: 1}}]")))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(
                        "training.curriculum[0].weights: the corpus has no source kode; did you mean code?");
        assertThat(directory.resolve("runrefused/checkpoints")).doesNotExist();
    }

    private static List<Map<String, Double>> figures(List<StepRecord> steps) {
        return steps.stream().map(StepRecord::figures).toList();
    }

    private static List<StepRecord> steps(String run) throws IOException {
        return RunRecords.of(directory.resolve("run" + run), StepRecord.class);
    }

    /** By the targets of each source the losses come to the step's, which is a mean over what a step has on the average. */
    private static void assertLossesAreTheirs(List<StepRecord> steps, WeftConfig config) throws IOException {
        assertThat(steps).hasSize(config.training().steps());
        try (TokenShardBatches batches = TokenShardBatches.open(application.store(), config)) {
            for (StepRecord step : steps) {
                Map<String, Long> targets = targets(batches, step.step() - 1, config.training());
                assertThat(step.figures().keySet()).isEqualTo(targets.keySet());
                double nats = targets.entrySet().stream()
                        .mapToDouble(one -> one.getValue() * step.figures().get(one.getKey()))
                        .sum();
                assertThat(nats / batches.targets(step.step() - 1)).isCloseTo(step.loss(), within(1e-6));
            }
        }
    }

    private static Map<String, Long> targets(TokenShardBatches batches, int step, TrainingConfig training)
            throws IOException {
        Map<String, Long> targets = new TreeMap<>();
        for (int lane = 0; lane < training.lanes(); lane++) {
            for (int m = 0; m < training.microBatchesPerLane(); m++) {
                List<String> sources = batches.sources(step, lane, m);
                Batch batch = batches.training(step, lane, m);
                for (int sequence = 0; sequence < sources.size(); sequence++) {
                    targets.merge("loss_" + sources.get(sequence), batch.targetCount(sequence), Long::sum);
                }
            }
        }
        return targets;
    }
}
