package org.weft.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A BERT from text to filled masks, with the tokenizer that prepare trains for it. */
@Tag("once")
class MaskedModelIT {
    private static final String BERT =
            "{architecture: bert, layers: 2, width: 32, heads: 2, context: 16, norm_epsilon: 1.0e-5}";

    @TempDir
    static Path temporary;

    private static RunFolder run;
    private static CommandRun pretrain;

    @BeforeAll
    static void train() throws IOException {
        run = RunFolder.create(temporary.resolve("bert"), BERT).prepared();
        pretrain = run.pretrain("training.steps=60", "training.learning_rate=5.0e-3")
                .done();
    }

    @Test
    void itsTokenizerHasWhatMasksNeed() {
        JsonNode corpus = CommandRun.of("inspect", run.dir().resolve("corpus").toString())
                .done()
                .json();
        assertThat(corpus.path("vocab_size").asInt()).isBetween(300, 512);
        assertThat(pretrain.summary().path("loss").asDouble()).isBetween(0.5, 6.0);
    }

    @Test
    void fillsMasks() {
        CommandRun filled = fill("--text", "the [MASK] sailed under [MASK].", "--top-k", "3");
        JsonNode masks = filled.done().summary().path("masks");
        assertThat(masks).hasSize(2);
        for (JsonNode candidates : masks) {
            assertThat(candidates).hasSize(3);
            double before = 1;
            for (JsonNode candidate : candidates) {
                assertThat(candidate.path("probability").asDouble())
                        .isPositive()
                        .isLessThanOrEqualTo(before);
                before = candidate.path("probability").asDouble();
            }
        }
        assertThat(filled.out()).contains("mask 1 of 2\n  0.", "mask 2 of 2\n  0.");
        assertThat(fill("--text", "the <mask>").done().summary().path("masks")).hasSize(1);
    }

    @Test
    void saysWhatCannotBe() {
        assertError(fill("--text", "the ship"), "no mask in the text: the ship", "hint: write [MASK] where");
        assertError(fill("--text", "[MASK] " + "ship ".repeat(30)), "tokens does not fit model.context=16", "shorten");
        assertError(
                CommandRun.of("generate", "--checkpoint", run.dir().toString(), "--prompt", "the"),
                "continues no text: model.architecture=bert predicts masked tokens",
                "hint: weft fill --checkpoint");
        assertError(
                CommandRun.of(
                        "evaluate",
                        "--checkpoint",
                        run.dir().toString(),
                        "--input",
                        run.config().toString()),
                "evaluate --input needs a model that predicts the next token",
                "hint: leave --input out");
    }

    @Test
    void evaluatesOverTheValidationSplit() {
        JsonNode summary = CommandRun.of("evaluate", "--checkpoint", run.dir().toString())
                .done()
                .summary();
        assertThat(summary.path("val_loss").asDouble()).isBetween(0.5, 6.0);
        assertThat(summary.has("bits_per_byte")).isFalse();
    }

    private static CommandRun fill(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("fill", "--checkpoint", run.dir().toString()));
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments);
    }

    private static void assertError(CommandRun result, String... texts) {
        assertThat(result.err()).contains("error: ").contains(texts).doesNotContain("\tat ");
        assertThat(result.status()).isEqualTo(2);
    }
}
