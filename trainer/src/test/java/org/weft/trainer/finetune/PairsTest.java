package org.weft.trainer.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.corpus.CorpusJob;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.Progress;
import org.weft.driver.progress.StepRecord;
import org.weft.driver.run.RunResult;
import org.weft.driver.run.StopSource;
import org.weft.driver.spark.SparkApplication;
import org.weft.trainer.RunRecords;
import org.weft.trainer.pretrain.Pretraining;
import org.weft.tuning.finetune.BaseModel;
import org.weft.tuning.finetune.FinetuneRun;
import org.weft.tuning.ml.WeftEmbedder;

/** Runs that learn of sequences that stand beside each other: the same bits whatever the cluster, and wherever they go on. */
@Timeout(180)
@Tag("once")
class PairsTest {
    @TempDir
    static Path directory;

    private static JavaSparkContext context;
    private static SparkApplication application;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeAll
    static void start() throws IOException {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[6]")
                .setAppName("pairs-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
        application = SparkApplication.within(context);
        Random random = new Random(4);
        StringBuilder pairs = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            String of = "of " + random.nextInt(1000);
            pairs.append("{\"prompt\": \"What %s?\", \"chosen\": \"fine %s\", \"rejected\": \"grim %s\"}\n"
                    .formatted(of, of, of));
        }
        Files.writeString(directory.resolve("pairs.jsonl"), pairs);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            text.append("What of %d? It is fine or grim.\n\n".formatted(i));
        }
        Files.writeString(directory.resolve("text.txt"), text);
        WeftConfig config = config("base", "");
        new CorpusJob(context, application.store(), message -> {})
                .run(
                        config.corpus(),
                        config.tokenizer(),
                        config.model(),
                        config.run().directory().corpus());
        new Pretraining(application, config, progress(new ByteArrayOutputStream()), StopSource.NONE).run(null);
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    private static WeftConfig config(String run, String finetune, String... overrides) {
        String yaml = """
                run: {dir: "file://%s/%s", seed: 3}
                cluster: {workers: 1, servers: 1, device: cpu, start_timeout_seconds: 60}
                corpus: {input: ["file://%s/text.txt"], val_fraction: 0.1}
                tokenizer: {kind: bpe, vocab_size: 300}
                model: {architecture: llama, layers: 1, width: 16, heads: 2, context: 48}
                training: {steps: 2, global_batch: 8, micro_batch: 2, lanes: 4, warmup_steps: 0, learning_rate: 1.0e-2}
                dataset: {train: ["file://%s/pairs.jsonl"], validation_fraction: 0.2}
                finetune: {%s}
                checkpoint: {every: 2, keep: 10}
                """.formatted(directory, run, directory, directory, finetune);
        return ConfigLoader.load("test", yaml, List.of(overrides));
    }

    private static Progress progress(ByteArrayOutputStream out) {
        return new Progress(new PrintStream(out, true, StandardCharsets.UTF_8), false, System::nanoTime);
    }

    private RunResult tune(String resume, WeftConfig config) throws IOException {
        BaseModel base = BaseModel.open(application.store(), config.finetune().from(), message -> {});
        return new FinetuneRun(application, config, base, progress(said), StopSource.NONE).run(resume, false);
    }

    private static WeftConfig preferences(String run, String base, String... overrides) {
        return config(
                run,
                "task: preference, epochs: 0, from: \"file://" + directory + "/" + base + "\", metric: accuracy",
                List.of(List.of("training.steps=4", "training.eval_every=4"), List.of(overrides)).stream()
                        .flatMap(List::stream)
                        .toArray(String[]::new));
    }

    private static List<StepRecord> steps(String run) throws IOException {
        return RunRecords.of(directory.resolve(run), StepRecord.class);
    }

    /** The scores of the run's one evaluation: a checkpoint of the same step may be written before it is done. */
    private static Map<String, Double> evaluation(String run) throws IOException {
        List<EvaluationRecord> evaluations = RunRecords.of(directory.resolve(run), EvaluationRecord.class);
        assertThat(evaluations).hasSize(1);
        return evaluations.get(0).scores();
    }

    @Test
    void preferencesHaveTheSameBitsOnAnyClusterAndFromAnyStep() throws IOException {
        RunResult one = tune(null, preferences("one", "base"));
        assertThat(said.toString()).containsOnlyOnce("computing how likely the model at the start makes each answer");
        List<StepRecord> steps = steps("one");
        assertThat(steps.get(0).loss()).isCloseTo(Math.log(2), within(1e-5));
        StepRecord last = steps.get(3);
        assertThat(last.loss()).isLessThan(0.69);
        assertThat(last.figures())
                .containsOnlyKeys("accuracy", "kl", "rewards_chosen", "rewards_margin", "rewards_rejected");
        assertThat(last.figures().get("rewards_margin"))
                .isCloseTo(last.figures().get("rewards_chosen") - last.figures().get("rewards_rejected"), within(1e-9));
        Map<String, Double> evaluated = evaluation("one");
        assertThat(evaluated)
                .containsOnlyKeys("loss", "accuracy", "kl", "rewards_chosen", "rewards_margin", "rewards_rejected");
        assertThat(evaluated.get("accuracy")).isGreaterThan(0.8);

        application.store().delete("file://" + directory + "/one/checkpoints");
        said.reset();
        RunResult many = tune(null, preferences("one", "base", "cluster.workers=3", "cluster.servers=2"));
        assertThat(said.toString()).contains("the answers' likelihoods at the start are known");
        assertThat(many.checkpoint().manifest().paramsSha256())
                .isEqualTo(one.checkpoint().manifest().paramsSha256());
        assertThat(figures(steps("one"))).isEqualTo(figures(steps));
        said.reset();
        RunResult resumed = tune("2", preferences("one", "base", "cluster.workers=2"));
        assertThat(resumed.checkpoint().manifest().paramsSha256())
                .isEqualTo(one.checkpoint().manifest().paramsSha256());
        assertThat(said.toString()).doesNotContain("likel");

        application.store().delete("file://" + directory + "/one/checkpoints");
        said.reset();
        tune(null, preferences("one", "base", "training.micro_batch=1"));
        assertThat(said.toString())
                .as("in other micro-batches the last bits are others")
                .contains("computing how likely the model at the start makes each answer");

        tune(null, preferences("lora", "base", "finetune.method=lora"));
        assertThat(steps("lora").get(0).loss()).isCloseTo(Math.log(2), within(1e-5));
        application.store().delete("file://" + directory + "/lora/checkpoints");
        WeftConfig other = preferences("lora", "one", "finetune.method=lora");
        assertThatThrownBy(() -> tune(null, other))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("lora/reference was computed with another base model, or of other rows");
    }

    @Test
    void embeddingsHaveTheSameBitsOnAnyClusterAndFromAnyStep() throws IOException {
        String from = "task: embedding, epochs: 0, metric: accuracy, from: \"file://" + directory + "/base\"";
        String[] more = {
            "training.steps=4", "training.eval_every=4", "dataset.anchor_column=prompt",
                    "dataset.positive_column=chosen",
            "dataset.negative_column=rejected", "training.micro_batch=4", "training.lanes=2", "finetune.symmetric=true"
        };
        RunResult one = tune(null, config("near", from, more));
        Map<String, Double> evaluated = evaluation("near");
        assertThat(evaluated).containsOnlyKeys("loss", "accuracy");
        assertThat(steps("near").get(0).loss()).isBetween(0.1, 10.0);
        String[] cluster = Stream.concat(Stream.of(more), Stream.of("cluster.workers=2", "cluster.servers=2"))
                .toArray(String[]::new);
        RunResult resumed = tune("2", config("near", from, cluster));
        assertThat(resumed.checkpoint().manifest().paramsSha256())
                .isEqualTo(one.checkpoint().manifest().paramsSha256());

        Dataset<Row> rows = SparkSession.builder().getOrCreate().read().json("file://" + directory + "/pairs.jsonl");
        String path = "file://" + directory + "/near";
        WeftEmbedder embedder =
                new WeftEmbedder().setModel(path).setTextCol("prompt").setVectorCol("vector");
        String saved = "file://" + directory + "/embedder";
        embedder.save(saved);
        List<Row> embedded = WeftEmbedder.load(saved).transform(rows).collectAsList();
        assertThat(embedded).hasSize(60);
        List<Float> vector = embedded.get(0).getList(embedded.get(0).fieldIndex("vector"));
        assertThat(vector).hasSize(16);
        assertThat(vector.stream().mapToDouble(x -> x * x).sum()).isCloseTo(1, within(1e-5));
        assertThatThrownBy(() -> embedder.setPooling("first").transform(rows))
                .isInstanceOf(WeftException.class)
                .hasMessage("pooling first: the first token of llama has seen nothing");
        assertThatThrownBy(() -> new WeftEmbedder().transform(rows)).hasMessage("no model: it is not set");
        assertThatThrownBy(() -> new WeftEmbedder().setTextCol("texts").transformSchema(rows.schema()))
                .hasMessage("there is no column texts among [chosen, prompt, rejected]");
        assertThatThrownBy(() -> new WeftEmbedder()
                        .setTextCol("vector")
                        .transformSchema(
                                WeftEmbedder.load(saved).transform(rows).schema()))
                .hasMessageStartingWith("column vector is of array<float>, not of texts");
        assertThatThrownBy(() -> new WeftEmbedder().setMaxLength(-1)).hasMessage("maxLength -1 must not be negative");
        assertThatThrownBy(() -> WeftEmbedder.load(saved).setMaxLength(49).transform(rows))
                .hasMessage("a longest text of 49 tokens is more than the model sees, 48");
        List<Float> stripped = WeftEmbedder.load(saved)
                .setBatchSize(1)
                .transform(rows.limit(1).selectExpr("concat(' \u00a0', prompt, '\u0085') AS prompt"))
                .first()
                .getList(1);
        for (int i = 0; i < stripped.size(); i++) {
            assertThat(stripped.get(i)).isCloseTo(vector.get(i), within(1e-5f));
        }
    }

    private static List<Map<String, Double>> figures(List<StepRecord> steps) {
        return steps.stream().map(StepRecord::figures).toList();
    }
}
