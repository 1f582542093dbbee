package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.DatasetConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.checkpoint.ModelTokenizer;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.ModelReplica;
import org.weft.tuning.task.ChoiceText;
import org.weft.tuning.task.Fields;

/** {@code evaluate --choices}: the likelihoods are those that the next token's logits give, token by token. */
@Tag("once")
class ChoicesIT {
    private static final int ROWS = 40;
    private static final String SUITE = """
            group: three
            task:
              - &asked {task: asked, dataset_path: json, dataset_kwargs: {data_files: %s}, test_split: train,
                        output_type: multiple_choice, doc_to_text: ask, doc_to_choice: choices, doc_to_target: label}
              - {<<: *asked, task: last, output_type: loglikelihood, doc_to_choice: null, doc_to_target: " ship",
                 fewshot_split: train, num_fewshot: 1}
              - {<<: *asked, task: pages, output_type: loglikelihood_rolling, doc_to_text: "", doc_to_choice: null,
                 doc_to_target: "{{ask}} {{ask}} {{ask}} {{ask}} {{ask}} {{ask}}"}
            """;
    private static final String[] WORDS = "the a ship sailed sea wind never always and storm".split(" ");

    @TempDir
    static Path temporary;

    private static RunFolder run;

    @BeforeAll
    static void train() throws IOException {
        run = RunFolder.create(temporary.resolve("run"), RunFolder.SMALL).prepared();
        run.pretrain("training.steps=20").done();
    }

    /** A question, its choices and which is right. */
    private record Question(String prompt, List<String> choices, int right) {
        static Question of(Random random) {
            List<String> choices = new ArrayList<>();
            for (int i = 0; i < 2 + random.nextInt(2); i++) {
                choices.add(words(random, 1 + random.nextInt(3)) + " " + i);
            }
            return new Question(words(random, 3), choices, random.nextInt(choices.size()));
        }

        private static String words(Random random, int count) {
            List<String> words = new ArrayList<>();
            for (int w = 0; w < count; w++) {
                words.add(WORDS[random.nextInt(WORDS.length)]);
            }
            return String.join(" ", words);
        }

        String json(boolean byText) {
            String label = byText ? '"' + choices.get(right) + '"' : Integer.toString(right);
            return "{\"ask\": \"%s\", \"choices\": [\"%s\"], \"label\": %s}%n"
                    .formatted(prompt, String.join("\", \"", choices), label);
        }
    }

    @Test
    void theLikeliestChoiceIsTaken() throws IOException {
        Random random = new Random(3);
        List<Question> questions = new ArrayList<>();
        StringBuilder byNumber = new StringBuilder();
        StringBuilder byText = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            questions.add(Question.of(random));
            byNumber.append(questions.get(i).json(false));
            byText.append(questions.get(i).json(true));
        }
        JsonNode metrics = evaluate(Files.writeString(temporary.resolve("rows.jsonl"), byNumber))
                .done()
                .summary()
                .path("metrics");
        int[] right = countedByHand(questions);
        assertThat(metrics.path("accuracy").asDouble()).isEqualTo(right[0] / (double) ROWS);
        assertThat(metrics.path("accuracy_normalized").asDouble()).isEqualTo(right[1] / (double) ROWS);
        assertThat(right[0]).isBetween(1, ROWS - 1);
        assertThat(evaluate(Files.writeString(temporary.resolve("texts.jsonl"), byText))
                        .done()
                        .summary()
                        .path("metrics"))
                .isEqualTo(metrics);
        assertThat(Files.readString(run.dir().resolve("multiple-choice/report.html")))
                .contains("multiple choice");
    }

    /** {@code --suite}: the same questions in a suite's words, whoever computes them. */
    @Test
    void aSuiteAsksTheSame() throws IOException {
        Random random = new Random(4);
        List<Question> questions = new ArrayList<>();
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            questions.add(Question.of(random));
            rows.append(questions.get(i).json(false));
        }
        Path file = Files.writeString(temporary.resolve("asked.jsonl"), rows);
        Path suite = Files.writeString(temporary.resolve("suite.yaml"), SUITE.formatted(file));
        JsonNode results = suite(suite, 1).done().summary().path("results");
        int[] right = countedByHand(questions);
        assertThat(results.at("/asked/acc").asDouble()).isEqualTo(right[0] / (double) ROWS);
        assertThat(results.at("/asked/acc_norm").asDouble()).isEqualTo(right[1] / (double) ROWS);
        assertThat(results.at("/pages/byte_perplexity").asDouble()).isGreaterThan(1);
        suite(suite, 3).done();
        for (String name :
                List.of("results.json", "samples_asked.jsonl", "samples_pages.jsonl", "samples_last.jsonl")) {
            assertThat(temporary.resolve("suite-3/" + name))
                    .hasSameTextualContentAs(temporary.resolve("suite-1/" + name));
        }
        assertThat(temporary.resolve("suite-1/samples_last.jsonl")).content().contains("\"is_greedy\":");
    }

    @Test
    void badSuitesAreNamed() throws IOException {
        Path none = Files.writeString(temporary.resolve("none.yaml"), SUITE.formatted("/there/is/none.jsonl"));
        CommandRun absent = suite(none, 1);
        assertThat(absent.status()).isEqualTo(2);
        assertThat(absent.err()).contains("task asked: dataset_kwargs.data_files: no such file or directory");
        CommandRun both = CommandRun.of(
                "evaluate",
                "--checkpoint",
                run.dir().toString(),
                "--suite",
                none.toString(),
                "--input",
                none.toString());
        assertThat(both.status()).isEqualTo(2);
        assertThat(both.err()).contains("--suite beside --input");
    }

    private static CommandRun suite(Path suite, int tasks) {
        return CommandRun.of(
                "evaluate",
                "--checkpoint",
                run.dir().toString(),
                "--suite",
                suite.toString(),
                "--output",
                temporary.resolve("suite-" + tasks).toString(),
                "--set",
                "cluster.master=local[" + tasks + "]");
    }

    /** A number is a choice's place even where choices are numbers; a text is the choice itself. */
    @Test
    void aNumberIsAPlace() {
        List<String> choices = List.of("1", "2", "0");
        assertThat(right(1, choices)).isEqualTo(1);
        assertThat(right("1", choices)).isZero();
    }

    private static int right(Object label, List<String> choices) {
        DatasetConfig dataset =
                ConfigLoader.load("inline", "run: {dir: x}", List.of()).dataset();
        return ChoiceText.right(new Fields(Map.of("label", label)), choices, dataset);
    }

    @Test
    void badRowsAreNamed() throws IOException {
        String row = "{\"ask\": \"the\", \"choices\": [\"a\", \"b\"], \"label\": 2}\n";
        CommandRun result = evaluate(Files.writeString(temporary.resolve("bad.jsonl"), row));
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.err()).contains("column label says \"2\" of 2 choices: file=file:");
        CommandRun none = CommandRun.of("evaluate", "--checkpoint", run.dir().toString(), "--choices");
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).contains("--choices without --input");
    }

    private static CommandRun evaluate(Path rows) {
        return CommandRun.of(
                "evaluate",
                "--checkpoint",
                run.dir().toString(),
                "--choices",
                "--input",
                rows.toString(),
                "--set",
                "dataset.prompt_column=ask");
    }

    /** How many are right by the sum of log-probabilities, and by their mean over bytes. */
    private static int[] countedByHand(List<Question> questions) throws IOException {
        Store store = HadoopStore.local();
        Checkpoint checkpoint =
                new CheckpointResolver(store, notice -> {}).at(run.dir().toString());
        TokenizerFile file = ModelTokenizer.open(store, checkpoint);
        int[] right = new int[2];
        try (ModelReplica replica = ReplicaLoader.open(store, checkpoint);
                TextTokenizer tokenizer = TextTokenizer.of(file)) {
            for (Question question : questions) {
                double[] sums = new double[question.choices().size()];
                double[] means = new double[sums.length];
                for (int i = 0; i < sums.length; i++) {
                    String choice = question.choices().get(i);
                    int[] tokens = tokenizer.encode(question.prompt() + " " + choice);
                    for (int at = tokenizer.encode(question.prompt()).length; at < tokens.length; at++) {
                        float[] logits = replica.nextTokenLogits(Arrays.copyOf(tokens, at));
                        sums[i] += logProbability(logits, tokens[at]);
                    }
                    means[i] = sums[i] / choice.length();
                }
                right[0] += largest(sums) == question.right() ? 1 : 0;
                right[1] += largest(means) == question.right() ? 1 : 0;
            }
        }
        return right;
    }

    private static double logProbability(float[] logits, int token) {
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit);
        }
        return logits[token] - Math.log(total);
    }

    private static int largest(double[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
        }
        return largest;
    }
}
