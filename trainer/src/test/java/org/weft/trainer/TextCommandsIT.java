package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.ModelTokenizer;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.ModelReplica;

/** Text into a trained model and out of it: batches of prompts, stop strings, the perplexity of given text. */
@Tag("once")
class TextCommandsIT {
    private static final int CONTEXT = 16;

    @TempDir
    static Path temporary;

    private static RunFolder run;

    @BeforeAll
    static void train() throws IOException {
        run = RunFolder.create(temporary.resolve("text"), RunFolder.SMALL).prepared();
        run.pretrain("training.steps=20").done();
    }

    @Test
    void aBatchGivesTheTextsThatEachPromptGivesAlone() throws IOException {
        Path prompts = Files.writeString(temporary.resolve("prompts.txt"), "the ship\na storm\n\nwind and sea\n");
        List<String> expected = new ArrayList<>();
        for (String prompt : List.of("harbour", "the ship", "a storm", "wind and sea")) {
            CommandRun alone = generate("--prompt", prompt, "--temperature", "0", "--no-cache");
            expected.add(alone.summary().path("text").asText().substring(prompt.length()));
        }
        for (String batchSize : List.of("1", "3", "50")) {
            Path output = temporary.resolve("texts-" + batchSize + ".jsonl");
            CommandRun batch = generate(
                    "--prompt",
                    "harbour",
                    "--prompts",
                    prompts.toString(),
                    "--temperature",
                    "0",
                    "--batch-size",
                    batchSize,
                    "--output",
                    output.toString());
            List<JsonNode> lines =
                    Files.readAllLines(output).stream().map(CommandRun::json).toList();
            assertThat(lines).extracting(line -> line.path("text").asText()).isEqualTo(expected);
            assertThat(lines.get(2).path("prompt").asText()).isEqualTo("a storm");
            assertThat(batch.summary().path("texts").asInt()).isEqualTo(4);
            assertThat(batch.summary().path("tokens").asInt())
                    .isEqualTo(lines.stream()
                            .mapToInt(line -> line.path("tokens").asInt())
                            .sum());
            assertThat(batch.err()).contains("4 of 4 texts");
            assertThat(batch.out().strip()).doesNotContain("\n");
        }
    }

    @Test
    void aSampledTextOfABatchComesAgainAloneWithItsSeed() throws IOException {
        Path output = temporary.resolve("sampled.jsonl");
        generate("--prompt", "the", "--prompt", "the", "--temperature", "1.2", "--output", output.toString());
        List<JsonNode> lines =
                Files.readAllLines(output).stream().map(CommandRun::json).toList();
        assertThat(lines.get(0).path("text")).isNotEqualTo(lines.get(1).path("text"));
        for (JsonNode line : lines) {
            CommandRun alone = generate(
                    "--prompt",
                    "the",
                    "--temperature",
                    "1.2",
                    "--seed",
                    line.path("seed").asText());
            assertThat(alone.summary().path("text").asText())
                    .isEqualTo("the" + line.path("text").asText());
        }
    }

    @Test
    void severalTextsArePrintedWholeInTheirOrder() {
        CommandRun both = generate("--prompt", "the ship", "--prompt", "a storm", "--temperature", "0");
        assertThat(both.out()).contains("--- 1 of 2 (", ")\nthe ship", "--- 2 of 2 (", ")\na storm");
        assertThat(both.out().indexOf("the ship")).isLessThan(both.out().indexOf("a storm"));
        assertThat(both.summary().path("finish_reason").isObject()).isTrue();
    }

    @Test
    void eachTokenIsToldWithThoseThatMightHaveStoodThere() throws IOException {
        CommandRun plain = generate("--prompt", "the ship", "--temperature", "0");
        CommandRun told = generate("--prompt", "the ship", "--temperature", "0", "--alternatives", "3");
        assertThat(told.summary().path("text")).isEqualTo(plain.summary().path("text"));
        JsonNode tokens = told.summary().path("alternatives");
        assertThat(tokens.size())
                .isBetween(
                        told.summary().path("tokens").asInt(),
                        told.summary().path("tokens").asInt() + 1);
        tokens.forEach(token -> {
            assertThat(token.path("alternatives")).hasSize(3);
            assertThat(token.at("/alternatives/0/id")).isEqualTo(token.path("id"));
            assertThat(token.at("/alternatives/0/logprob")).isEqualTo(token.path("logprob"));
            assertThat(token.at("/alternatives/0/probability").asDouble())
                    .isGreaterThanOrEqualTo(
                            token.at("/alternatives/1/probability").asDouble());
        });
        assertThat(told.out()).contains("the model's own probabilities, before temperature", "   1  \"");
        Path output = temporary.resolve("alternatives.jsonl");
        generate(
                "--prompt",
                "the ship",
                "--prompt",
                "a storm",
                "--temperature",
                "0",
                "--alternatives",
                "3",
                "--output",
                output.toString());
        JsonNode line = CommandRun.json(Files.readAllLines(output).get(0));
        assertThat(line.path("alternatives").size()).isEqualTo(tokens.size());
        assertThat(line.at("/alternatives/0/id")).isEqualTo(tokens.at("/0/id"));
        for (String count : List.of("0", "21", "-1")) {
            assertError(
                    arguments("generate", "--alternatives", count),
                    2,
                    "--alternatives " + count + " must be from 1 to 20");
        }
        assertError(
                arguments("generate", "--alternatives", "3", "--beams", "2"),
                2,
                "--alternatives is not for --beams, which takes the likeliest text as a whole");
    }

    @Test
    void aStopStringEndsTheTextBeforeIt() {
        String whole = generate("--prompt", "the ship", "--temperature", "0")
                .summary()
                .path("text")
                .asText();
        String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 4);
        CommandRun stopped =
                generate("--prompt", "the ship", "--temperature", "0", "--stop", stop, "--stop", "#absent");
        String text = stopped.summary().path("text").asText();
        assertThat(whole).startsWith(text + stop);
        assertThat(stopped.out()).startsWith(text + "\n").doesNotContain(text + stop.charAt(0));
        assertThat(stopped.summary().path("finish_reason").asText()).isEqualTo("stop_string");
    }

    @Test
    void aChatIsWhatItsTemplateWrites() {
        CommandRun plain =
                generate("--prompt", "User: the ship\nAssistant:", "--temperature", "0", "--stop", "\nUser:");
        CommandRun chat = generate("--chat", "--chat-template", "plain", "--prompt", "the ship", "--temperature", "0");
        assertThat("User: the ship\nAssistant:" + chat.summary().path("text").asText())
                .isEqualTo(plain.summary().path("text").asText());
        assertThat(chat.out()).doesNotContain("User:");
        CommandRun system = generate(
                "--chat",
                "--chat-template",
                "plain",
                "--system",
                "be a storm",
                "--prompt",
                "the ship",
                "--temperature",
                "0");
        assertThat("System: be a storm\nUser: the ship\nAssistant:"
                        + system.summary().path("text").asText())
                .isEqualTo(generate(
                                "--prompt",
                                "System: be a storm\nUser: the ship\nAssistant:",
                                "--temperature",
                                "0",
                                "--stop",
                                "\nUser:")
                        .summary()
                        .path("text")
                        .asText());
    }

    @Test
    void aChatNeedsATemplateAndSomebodyWhoSpeaks() {
        assertError(arguments("generate", "--chat", "--prompt", "a"), 2, "has no chat template");
        assertError(arguments("generate", "--chat"), 2, "--chat: nobody says anything");
        assertError(arguments("generate", "--system", "a"), 2, "--system has no effect without --chat");
        assertError(
                arguments("generate", "--chat-template", "plain"), 2, "--chat-template has no effect without --chat");
        assertError(
                arguments("generate", "--chat", "--chat-template", "alpaca", "--prompt", "a"),
                2,
                "there is no chat template alpaca");
    }

    @Test
    void refusesNonsense() {
        assertError(arguments("generate", "--stop", ""), 2, "--stop is empty");
        assertError(arguments("generate", "--batch-size", "0"), 2, "--batch-size 0 must be at least 1");
        assertError(arguments("evaluate", "--output", "somewhere"), 2, "--output somewhere would stay empty");
        assertError(
                arguments("generate", "--repetition-penalty", "0"), 2, "repetition_penalty=0.0 must be more than 0");
        assertError(arguments("generate", "--prompts", "/no/such"), 2, "--prompts: no such file: /no/such");
        assertError(arguments("evaluate", "--input", "/no/such"), 2, "--input: no such file or directory: /no/such");
        assertError(
                arguments("fill", "--text", "the [MASK]"),
                2,
                "fills no masks: model.architecture=gpt2 predicts the next token");
        assertError(arguments("fill", "--text", "the [MASK]", "--top-k", "0"), 2, "--top-k 0 must be at least 1");
    }

    @Test
    void evaluatesGivenText() throws IOException {
        Path text = Files.writeString(temporary.resolve("given.txt"), RunFolder.text(5, 99) + "the\n\n");
        CommandRun evaluated = evaluate("--input", text.toString());
        JsonNode summary = evaluated.summary();
        Expected expected = Expected.of(text);
        assertThat(summary.path("documents").asInt()).isEqualTo(6);
        assertThat(summary.path("bytes").asLong()).isEqualTo(expected.bytes);
        assertThat(summary.path("tokens").asLong()).isEqualTo(expected.tokens);
        double loss = summary.path("loss").asDouble();
        assertThat(loss).isCloseTo(expected.nats / expected.tokens, within(1e-5));
        assertThat(summary.path("perplexity").asDouble()).isEqualTo(Math.exp(loss));
        assertThat(summary.path("bits_per_byte").asDouble())
                .isCloseTo(expected.nats / Math.log(2) / expected.bytes, within(1e-5));
    }

    @Test
    void theSameTextGivesTheSameWhereverItIsEvaluated() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("folder"));
        Files.writeString(folder.resolve("a.txt"), RunFolder.text(1300, 98));
        Files.writeString(folder.resolve("b.jsonl"), "{\"text\": \"the quiet sea\"}\n{\"text\": \"a storm\"}\n");
        JsonNode one = evaluate("--input", folder.toString(), "--set", "cluster.master=local[1]")
                .summary();
        JsonNode three = evaluate("--input", folder + "/b.jsonl", folder + "/a.txt", "--set", "cluster.master=local[3]")
                .summary();
        assertThat(one.path("bytes").asLong()).as("more than one part").isGreaterThan(1 << 18);
        assertThat(three).isEqualTo(one);
    }

    @Test
    void aQuantisedModelIsTakenAsItIs() throws IOException {
        String corpus = run.dir() + "/corpus";
        Path text = Files.writeString(temporary.resolve("held.txt"), RunFolder.text(40, 12));
        double whole =
                evaluate("--input", text.toString()).summary().path("loss").asDouble();
        double nearest = quantizedLoss(text, "int8", "--type", "int8");
        assertThat(nearest).isCloseTo(whole, within(0.02));
        assertThat(quantizedLoss(text, "both", "--type", "int8", "--activations", "int8"))
                .isCloseTo(whole, within(0.05));
        for (String cores : List.of("1", "3")) {
            double calibrated = quantizedLoss(
                    text,
                    "gptq" + cores,
                    "--type",
                    "int4",
                    "--group-size",
                    "32",
                    "--method",
                    "gptq",
                    "--corpus",
                    corpus,
                    "--calibration-samples",
                    "12",
                    "--set",
                    "cluster.master=local[" + cores + "]");
            assertThat(calibrated).isCloseTo(whole, within(0.2));
        }
        assertThat(Files.mismatch(
                        temporary.resolve("gptq1/model.safetensors"), temporary.resolve("gptq3/model.safetensors")))
                .as("the same whoever summed")
                .isEqualTo(-1);
        assertError(
                List.of("quantize", "--input", "x", "--output", "y", "--type", "int4", "--method", "gptq"),
                2,
                "--method gptq needs --corpus DIR");
        assertError(
                List.of("quantize", "--input", "x", "--output", "y", "--type", "int8", "--set", "run.seed=1"),
                2,
                "--config and --set have no effect with --method nearest");
        assertError(
                List.of("quantize", "--input", "x", "--output", "y", "--type", "int8", "--group-size", "32"),
                2,
                "--group-size 32 is of --type int4: int8 has a scale for each output");
    }

    private static double quantizedLoss(Path text, String name, String... options) {
        List<String> quantize = new ArrayList<>(List.of(
                "quantize", "--input", RunFolder.uri(run.dir()), "--output", "file://" + temporary.resolve(name)));
        quantize.addAll(List.of(options));
        CommandRun.of(quantize).done();
        return CommandRun.of(
                        "evaluate",
                        "--checkpoint",
                        "file://" + temporary.resolve(name),
                        "--input",
                        text.toString(),
                        "--set",
                        "cluster.master=local[2]")
                .done()
                .summary()
                .path("loss")
                .asDouble();
    }

    @Test
    void lossesTellTextsOfTheCorpusFromNoise() throws IOException {
        StringBuilder members = new StringBuilder();
        StringBuilder others = new StringBuilder();
        for (String line : RunFolder.text(12, 1).split("\n\n")) {
            members.append("{\"text\": \"").append(line).append("\"}\n");
            others.append("{\"text\": \"")
                    .append(new StringBuilder(line).reverse())
                    .append("\"}\n");
        }
        Path trained = Files.writeString(temporary.resolve("members.jsonl"), members);
        Path unknown = Files.writeString(temporary.resolve("others.jsonl"), others);
        JsonNode found = CommandRun.of(arguments(
                        "membership",
                        "--members",
                        trained.toString(),
                        "--non-members",
                        unknown.toString(),
                        "--set",
                        "cluster.master=local[2]"))
                .done()
                .summary();
        assertThat(found.path("members").asInt())
                .isEqualTo(found.path("non_members").asInt());
        assertThat(found.at("/metrics/auc").asDouble()).isGreaterThan(0.9);
        assertThat(found.at("/metrics/member_loss").asDouble())
                .isLessThan(found.at("/metrics/non_member_loss").asDouble());
        assertThat(found.at("/intervals/auc")).hasSize(2);
    }

    @Test
    void saysThatThereIsNothingToPredict() throws IOException {
        Path text = Files.writeString(temporary.resolve("short.txt"), "t\n");
        assertError(
                arguments("evaluate", "--input", text.toString()),
                3,
                "nothing to predict in --input [" + text + "]: documents=1 bytes=1");
    }

    /** The loss token by token: each from the tokens before it in its window. */
    private record Expected(double nats, long tokens, long bytes) {
        static Expected of(Path text) throws IOException {
            Store store = HadoopStore.local();
            Checkpoint checkpoint =
                    new CheckpointResolver(store, notice -> {}).at(run.dir().toString());
            TokenizerFile file = ModelTokenizer.open(store, checkpoint);
            double nats = 0;
            long count = 0;
            long bytes = 0;
            try (ModelReplica replica = ReplicaLoader.open(store, checkpoint);
                    TextTokenizer tokenizer = TextTokenizer.of(file)) {
                for (String document : Files.readString(text).strip().split("\n\n")) {
                    int[] tokens = tokenizer.encode(document);
                    bytes += document.getBytes(StandardCharsets.UTF_8).length;
                    for (int at = 1; at < tokens.length; at++) {
                        int[] before = Arrays.copyOfRange(tokens, (at - 1) / CONTEXT * CONTEXT, at);
                        nats += lossOf(replica.nextTokenLogits(before), tokens[at]);
                        count++;
                    }
                }
            }
            return new Expected(nats, count, bytes);
        }

        private static double lossOf(float[] logits, int target) {
            double total = 0;
            for (float logit : logits) {
                total += Math.exp(logit);
            }
            return Math.log(total) - logits[target];
        }
    }

    private static List<String> arguments(String command, String... options) {
        List<String> all =
                new ArrayList<>(List.of(command, "--checkpoint", run.dir().toString()));
        all.addAll(List.of(options));
        return all;
    }

    private static CommandRun generate(String... options) {
        List<String> arguments = arguments("generate", "--max-new-tokens", "30");
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments).done();
    }

    private static CommandRun evaluate(String... options) {
        return CommandRun.of(arguments("evaluate", options)).done();
    }

    private static void assertError(List<String> arguments, int status, String message) {
        CommandRun result = CommandRun.of(arguments);
        assertThat(result.err()).contains("error: ", message).doesNotContain("\tat ");
        assertThat(result.status()).isEqualTo(status);
    }
}
