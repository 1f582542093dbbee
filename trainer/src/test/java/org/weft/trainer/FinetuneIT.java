package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a pre-trained model to a classifier: the same bits for any cluster, adapters, predictions, reports, bad rows. */
class FinetuneIT {
    @TempDir
    static Path temporary;

    private static RunFolder pretrained;
    private static Path train;
    private static Path test;

    @BeforeAll
    static void pretrain() throws IOException {
        pretrained =
                RunFolder.create(temporary.resolve("base"), RunFolder.SMALL).prepared();
        pretrained.pretrain().done();
        train = Files.writeString(temporary.resolve("train.jsonl"), LabelledRows.jsonl(240, 1));
        test = Files.writeString(temporary.resolve("test.jsonl"), LabelledRows.jsonl(60, 2));
    }

    private static RunFolder run(String name, String finetune, String more) throws IOException {
        Path home = Files.createDirectories(temporary.resolve(name));
        String yaml = """
                run: {name: tuned, dir: "%s", seed: 5}
                cluster: {master: "local[8]", workers: 1, servers: 1, device: cpu}
                dataset: {train: ["%s"], test: ["%s"], group_column: port}
                finetune: {task: classification, from: "%s", %s}
                training: {global_batch: 16, micro_batch: 4, lanes: 4, learning_rate: 5.0e-3, warmup_steps: 4, eval_every: 20}
                checkpoint: {every: 20}
                %s
                """.formatted(
                        RunFolder.uri(home.resolve("run")),
                        RunFolder.uri(train),
                        RunFolder.uri(test),
                        RunFolder.uri(pretrained.dir()),
                        finetune,
                        more);
        return new RunFolder(home, Files.writeString(home.resolve("run.yaml"), yaml));
    }

    @Test
    void learnsWithTheSameBitsOnAnyClusterAndPredicts() throws IOException {
        Set<String> hashes = new LinkedHashSet<>();
        CommandRun last = null;
        RunFolder tuned = null;
        for (int workers = 1; workers <= 3; workers++) {
            tuned = run("full-" + workers, "epochs: 4", "");
            last = tuned.command(
                            "finetune",
                            "--explain attention_rollout",
                            "cluster.workers=" + workers,
                            "cluster.servers=" + Math.min(2, workers))
                    .done();
            hashes.add(last.paramsSha256());
        }
        assertThat(hashes).hasSize(1);
        JsonNode metrics = last.summary().path("metrics");
        assertThat(metrics.path("accuracy").asDouble()).isGreaterThan(0.9);
        assertThat(Files.readString(tuned.dir().resolve("evaluation/report.html")))
                .contains("Cork", "Hull");
        JsonNode results = CommandRun.json(Files.readString(tuned.dir().resolve("evaluation/results.json")));
        assertThat(results.toString()).contains("f1_macro");
        assertThat(results.path("worst"))
                .allSatisfy(row ->
                        assertThat(row.at("/explanation/method").asText()).isEqualTo("attention_rollout"));

        CommandRun continued = CommandRun.of("generate", "--checkpoint", RunFolder.uri(tuned.dir()), "--prompt", "a");
        assertThat(continued.status()).isEqualTo(2);
        assertThat(continued.err())
                .contains("continues no text: it was fine-tuned to finetune.task=classification", "weft predict");

        List<JsonNode> rows = predictions(tuned, "predicted");
        assertThat(rows).hasSize(60);
        long right = rows.stream()
                .filter(row -> row.path("label").equals(row.path("prediction")))
                .count();
        assertThat(right / 60.0).isCloseTo(metrics.path("accuracy").asDouble(), within(1e-9));
        assertThat(rows).allSatisfy(row -> assertThat(
                        row.path("probabilities").path("bad").asDouble()
                                + row.path("probabilities").path("good").asDouble())
                .isCloseTo(1, within(1e-6)));
        predictLooksAtAllRowsFirst(tuned);
        explainsWhatWasPlanted(tuned);
        explainsWorstRowsWithoutWhatIsPersonal(tuned);
    }

    /** One word of each row says which label it has: no other has as much to do with what the model says. */
    private static void explainsWhatWasPlanted(RunFolder tuned) throws IOException {
        List<JsonNode> rows = predictions(tuned, "explained", "--explain", "--explain-steps", "50");
        int planted = 0;
        int right = 0;
        for (JsonNode row : rows) {
            JsonNode tokens = row.path("explained_tokens");
            JsonNode attributions = row.path("attributions");
            assertThat(attributions).hasSameSizeAs(tokens).hasSameSizeAs(row.path("attention_rollout"));
            assertThat(row.path("explain_steps").asInt()).isEqualTo(50);
            int first = 0;
            for (int i = 1; i < tokens.size(); i++) {
                first = attributions.path(i).asDouble()
                                > attributions.path(first).asDouble()
                        ? i
                        : first;
            }
            boolean said = row.path("prediction").equals(row.path("label"));
            right += said ? 1 : 0;
            planted += said && tokens.path(first).asText().matches(" ?(storm|harbour)") ? 1 : 0;
        }
        assertThat((double) planted / right).isGreaterThan(0.95);
        CommandRun alone =
                CommandRun.of("predict", "--checkpoint", "x", "--input", "x", "--output", "x", "--explain-steps", "5");
        assertThat(alone.status()).isEqualTo(2);
        assertThat(alone.err()).contains("--explain-steps changes nothing without --explain");
    }

    /** The one row that is labelled wrong stands on the page with its address as one placeholder. */
    private static void explainsWorstRowsWithoutWhatIsPersonal(RunFolder tuned) throws IOException {
        Path rows = Files.writeString(temporary.resolve("worst.jsonl"), """
                {"text": "quokka@zyx.org storm", "label": "good", "port": "Cork"}
                {"text": "a storm", "label": "bad", "port": "Hull"}
                """);
        JsonNode worst = worst(tuned, rows, "attributions");
        double sum = 0;
        double largest = 0;
        String planted = "";
        for (JsonNode token : worst.path("tokens")) {
            double score = token.path("score").asDouble();
            sum += score;
            planted = score > largest ? token.path("token").asText() : planted;
            largest = Math.max(largest, score);
        }
        assertThat(planted).contains("storm");
        assertThat(worst.path("tokens").findValuesAsText("token"))
                .containsOnlyOnce("<EMAIL>")
                .first()
                .isEqualTo("<EMAIL>");
        assertThat(Math.abs(worst.path("convergence_delta").asDouble())).isLessThan(1e-3);
        assertThat(worst.path("explain_steps").asInt()).isGreaterThanOrEqualTo(50);
        assertThat(sum).as("towards what was said").isPositive();
        JsonNode rollout = worst(tuned, rows, "attention_rollout");
        assertThat(rollout.path("tokens").findValues("score").stream()
                        .mapToDouble(JsonNode::asDouble)
                        .sum())
                .isCloseTo(1, within(1e-5));
        assertThat(rollout.has("convergence_delta")).isFalse();
        refusesToExplain(tuned, rows);
    }

    private static void refusesToExplain(RunFolder tuned, Path rows) {
        String checkpoint = RunFolder.uri(tuned.dir());
        String quantised = RunFolder.uri(temporary.resolve("int8"));
        CommandRun.of("quantize", "--input", checkpoint, "--output", quantised, "--type", "int8")
                .done();
        String base = RunFolder.uri(pretrained.dir());
        for (String[] refused : new String[][] {
            {"--checkpoint " + checkpoint + " --explain lime", "--explain lime is no method"},
            {"--checkpoint " + checkpoint + " --explain-steps 9", "--explain-steps changes nothing without --explain"},
            {
                "--checkpoint " + checkpoint + " --explain attention_rollout --explain-steps 9",
                "--explain-steps changes nothing with --explain attention_rollout"
            },
            {
                "--checkpoint " + quantised + " --explain attributions --input " + rows + " --output " + rows + ".out",
                "has weights that are whole numbers, and no gradients to explain it by"
            },
            {"--checkpoint " + base + " --explain attributions", "was not fine-tuned to a task"},
            {
                "--checkpoint " + base + " --explain attributions --choices --input " + rows,
                "--explain attributions beside --choices"
            },
        }) {
            CommandRun said = CommandRun.of(Stream.concat(Stream.of("evaluate"), Stream.of(refused[0].split(" ")))
                    .toList());
            assertThat(said.status()).as(refused[0]).isEqualTo(2);
            assertThat(said.err()).contains(refused[1]);
        }
        CommandRun unjudged = tuned.command("finetune", "--no-evaluate", "--explain attributions");
        assertThat(unjudged.status()).isEqualTo(2);
        assertThat(unjudged.err()).contains("--explain attributions beside --no-evaluate");
    }

    private static JsonNode worst(RunFolder tuned, Path rows, String method) throws IOException {
        Path output = temporary.resolve("why-" + method);
        CommandRun.of(
                        "evaluate",
                        "--checkpoint",
                        RunFolder.uri(tuned.dir()),
                        "--input",
                        RunFolder.uri(rows),
                        "--output",
                        RunFolder.uri(output),
                        "--explain",
                        method)
                .done();
        String results = Files.readString(output.resolve("results.json"));
        String page = Files.readString(output.resolve("report.html"));
        for (String file : List.of(results, page)) {
            assertThat(file).doesNotContainPattern("(?i)quok|zyx|\\.org|\"@|>@");
        }
        assertThat(page).contains("&lt;EMAIL&gt;</span>", "storm</span>");
        JsonNode explanation = CommandRun.json(results).at("/worst/0/explanation");
        assertThat(explanation.path("method").asText()).isEqualTo(method);
        return explanation;
    }

    private static void predictLooksAtAllRowsFirst(RunFolder tuned) throws IOException {
        Path output = temporary.resolve("never");
        for (String[] bad : new String[][] {
            {"{\"text\": null}", "bad.jsonl line=2 row={\"text\":null}"},
            {"{\"text\": \"a\", \"Prediction\": 1}", "the input has a column Prediction already"}
        }) {
            Path rows = Files.writeString(temporary.resolve("bad.jsonl"), "{\"text\": \"fine\"}\n" + bad[0] + "\n");
            CommandRun refused = CommandRun.of(
                    "predict",
                    "--checkpoint",
                    RunFolder.uri(tuned.dir()),
                    "--input",
                    RunFolder.uri(rows),
                    "--output",
                    RunFolder.uri(output));
            assertThat(refused.status()).isIn(2, 3);
            assertThat(refused.err()).contains(bad[1]);
            assertThat(output).doesNotExist();
        }
        CommandRun none = CommandRun.of("evaluate", "--checkpoint", RunFolder.uri(tuned.dir()), "--batch-size", "0");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).contains("--batch-size 0 must be at least 1");
    }

    @Test
    void stopsAndResumesWithTheSameBits() throws IOException {
        String grouped = "epochs: 3, reweighing: group, sampling: group_balanced";
        String whole = run("whole", grouped, "").command("finetune").done().paramsSha256();
        RunFolder cut = run("cut", grouped, "");
        cut.command("finetune", "--no-evaluate").done();
        CommandRun resumed =
                cut.command("finetune", "--resume 20", "cluster.workers=2").done();
        assertThat(resumed.err()).contains("resuming from", "data set is encoded");
        assertThat(resumed.paramsSha256()).isEqualTo(whole);
    }

    /** The numbers of an evaluation on the way are those of the report on the same rows. */
    @Test
    void endsEarlyByAMetricAndKeepsItsBest() throws IOException {
        RunFolder tuned = run("metric", "metric: f1_macro, patience: 2, epochs: 40", "");
        CommandRun result = tuned.command("finetune", "dataset.validation=[" + RunFolder.uri(test) + "]")
                .done();
        assertThat(result.err()).contains("val f1 macro", "the best val_f1_macro was that of step", "ending early");
        assertThat(result.summary().path("step").asInt()).isLessThan(600);
        List<JsonNode> evaluations = tuned.metrics().stream()
                .filter(line -> line.has("val_f1_macro"))
                .toList();
        double best = evaluations.stream()
                .mapToDouble(line -> line.path("val_f1_macro").asDouble())
                .max()
                .orElseThrow();
        JsonNode report = result.summary().path("metrics");
        assertThat(report.path("f1_macro").asDouble()).isCloseTo(best, within(1e-12));
        assertThat(evaluations).anySatisfy(line -> {
            assertThat(line.path("val_f1_macro").asDouble()).isEqualTo(best);
            assertThat(line.path("val_accuracy").asDouble())
                    .isCloseTo(report.path("accuracy").asDouble(), within(1e-12));
        });

        CommandRun unknown = run("no-metric", "metric: bleu", "").command("finetune");
        assertThat(unknown.status()).isEqualTo(2);
        assertThat(unknown.err())
                .contains(
                        "finetune.metric=bleu must be one of loss, accuracy, f1_macro for finetune.task=classification");
    }

    @Test
    void adaptersAloneTravelAndAreMergedOnExport() throws IOException {
        RunFolder tuned = run("lora", "method: lora, lora_rank: 4, epochs: 6", "");
        CommandRun result =
                tuned.command("finetune", "training.learning_rate=2.0e-2").done();
        assertThat(result.summary().path("metrics").path("accuracy").asDouble()).isGreaterThan(0.8);
        long parameters = result.summary().path("parameters").asLong();
        assertThat(parameters).isLessThan(1_000);

        Path exported = temporary.resolve("lora-exported");
        CommandRun.of("export", "--checkpoint", RunFolder.uri(tuned.dir()), "--to", RunFolder.uri(exported))
                .done();
        String config = Files.readString(exported.resolve("config.json"));
        assertThat(config).contains("GPT2ForSequenceClassification", "id2label");
        JsonNode tensors = CommandRun.of("inspect", RunFolder.uri(exported.resolve("model.safetensors")))
                .done()
                .json()
                .path("tensors");
        assertThat(tensors.has("score.weight")).isTrue();
        assertThat(tensors.toString()).doesNotContain("lora_");
    }

    @Test
    void onlyTheUpperPartLearnsWhereBlocksAreFrozen() throws IOException {
        RunFolder tuned = run("frozen", "frozen_layers: -1, epochs: 2", "");
        CommandRun result = tuned.command("finetune", "--require accuracy=1.5", "--require max_gap=0");
        assertThat(result.status()).as("judged, and not good enough").isEqualTo(3);
        assertThat(result.err()).contains("--require is not met: accuracy=", " below 1.5; max_gap has no value");
        assertThat(result.summary().path("gaps").has("demographic_parity_difference"))
                .as("Cork has 20 rows")
                .isFalse();
        assertThat(result.summary().path("parameters").asLong()).isEqualTo(2 * 32 + 2 * 32);
        assertThat(predictions(tuned, "frozen-predicted")).hasSize(60);
    }

    private static List<JsonNode> predictions(RunFolder run, String name, String... more) throws IOException {
        Path output = temporary.resolve(name);
        List<String> arguments = new ArrayList<>(List.of(
                "predict",
                "--checkpoint",
                RunFolder.uri(run.dir()),
                "--input",
                RunFolder.uri(test),
                "--output",
                RunFolder.uri(output),
                "--output-format",
                "jsonl"));
        arguments.addAll(List.of(more));
        CommandRun.of(arguments).done();
        try (Stream<Path> files = Files.list(output)) {
            List<JsonNode> rows = new ArrayList<>();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                Files.readAllLines(file).forEach(line -> rows.add(CommandRun.json(line)));
            }
            return rows;
        }
    }

    @Test
    void badRowsAndSettingsAreOneClearErrorBeforeAnythingIsTrained() throws IOException {
        RunFolder noColumn = run("no-column", "epochs: 1", "");
        CommandRun refused = noColumn.command("finetune", "dataset.label_column=kind");
        assertThat(refused.status()).isEqualTo(3);
        assertThat(refused.err()).contains("dataset.train has no column kind: its columns are");
        assertThat(noColumn.dir().resolve("checkpoints")).doesNotExist();

        Path one = Files.writeString(
                temporary.resolve("one.jsonl"), LabelledRows.jsonl(20, 3).replace("\"bad\"", "\"good\""));
        CommandRun oneClass =
                run("one-class", "epochs: 1", "").command("finetune", "dataset.train=[" + RunFolder.uri(one) + "]");
        assertThat(oneClass.status()).isEqualTo(3);
        assertThat(oneClass.err()).contains("good");

        CommandRun unknown = run("unknown", "epochs: 1", "").command("finetune", "--require acuracy=0.9");
        assertThat(unknown.status()).isEqualTo(2);
        assertThat(unknown.err()).contains("no gap or metric of finetune.task=classification is called acuracy");
        CommandRun noGroups =
                run("unknown", "epochs: 1", "").command("finetune", "--require max_gap=0.1", "dataset.group_column=''");
        assertThat(noGroups.err()).contains("--require max_gap compares groups, and dataset.group_column is not set");
        CommandRun noLabel = run("unknown", "epochs: 1", "").command("finetune", "dataset.positive_label=fine");
        assertThat(noLabel.err()).contains("dataset.positive_label=fine is none of the labels bad, good");

        CommandRun noTask = pretrained.command("finetune", "--from " + RunFolder.uri(pretrained.dir()));
        assertThat(noTask.status()).isEqualTo(2);
        assertThat(noTask.err()).contains("finetune.task is not set");

        CommandRun noModel = CommandRun.of("finetune", "--set", "run.dir=x", "--set", "finetune.task=classification");
        assertThat(noModel.status()).isEqualTo(2);
        assertThat(noModel.err()).contains("finetune.from is not set");

        CommandRun notTuned = CommandRun.of(
                "predict",
                "--checkpoint",
                RunFolder.uri(pretrained.dir()),
                "--input",
                RunFolder.uri(test),
                "--output",
                RunFolder.uri(temporary.resolve("nothing")));
        assertThat(notTuned.status()).isEqualTo(2);
        assertThat(notTuned.err()).contains("predicts tokens, not labels");
    }
}
