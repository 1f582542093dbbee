package org.weft.core.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.SplitMix64;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.SpanLengths;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.tokens.Sentinels;
import org.weft.core.tokens.TokenizerFile;

class SpanCorruptionTest {
    private static final int END = 999;

    private static WeftConfig config(int context, double density, double span) {
        return ConfigLoader.load(
                "test",
                "model: {architecture: t5, context: " + context + "}\ntraining: {mask_fraction: " + density
                        + ", mean_span_length: " + span + "}",
                List.of("run.dir=/x"));
    }

    /** What {@code compute_input_and_target_lengths} of T5's code gives: text, read, written; of 8 it gives one too many to read. */
    @ParameterizedTest
    @CsvSource({
        "8, 0.15, 3, 7, 8, 3",
        "512, 0.15, 3, 568, 512, 114",
        "1024, 0.15, 3, 1137, 1024, 229",
        "128, 0.15, 3, 141, 128, 29",
        "64, 0.15, 3, 70, 64, 14",
        "512, 0.5, 3, 766, 512, 512",
        "256, 0.15, 10, 295, 256, 49",
    })
    void bothSidesAreAsLongAsInThePapersCode(
            int context, double density, double span, int text, int read, int written) {
        SpanLengths lengths = config(context, density, span).spanLengths();
        assertThat(List.of(lengths.tokens(), lengths.source(), lengths.target()))
                .isEqualTo(List.of(text, read, written));
    }

    /** Of a text of which hardly a token is left, what is read would hardly ever fill the context. */
    @ParameterizedTest
    @CsvSource({"512, 0.99999", "512, 0.9999999", "4096, 0.999999999999"})
    void aTextThatIsCutOutAlmostWholeIsRefusedAtOnce(int context, double density) {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertThatThrownBy(() -> config(context, density, 3))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("training.mask_fraction=" + density + " of model.context=" + context)
                .hasMessageContaining("which is more than the context"));
    }

    private static SpanCorruption corruption(int context) {
        SpanLengths lengths = config(context, 0.15, 3).spanLengths();
        List<Integer> ids =
                IntStream.range(0, lengths.spans()).mapToObj(i -> 900 - i).toList();
        return new SpanCorruption(lengths, new Sentinels(ids, END));
    }

    @Test
    void whatWasCutOutFitsWhereItsTokenStands() {
        SpanCorruption corruption = corruption(64);
        int[] text = IntStream.range(0, 71).map(i -> 100 + i).toArray();
        for (int step = 0; step < 50; step++) {
            Example example = corruption.example(text, SplitMix64.start(7, step));
            int second = example.secondSegment();
            int[] source = Arrays.copyOf(example.tokens(), second);
            int[] target = Arrays.copyOfRange(example.targets(), second, example.length());
            assertThat(source).hasSize(64).endsWith(END);
            assertThat(target).hasSize(14).endsWith(END).startsWith(900);
            assertThat(example.tokens()[second]).isZero();
            assertThat(Arrays.copyOfRange(example.tokens(), second + 1, example.length()))
                    .isEqualTo(Arrays.copyOf(target, target.length - 1));
            assertThat(Arrays.copyOf(example.targets(), second)).containsOnly(Batch.IGNORED);
            assertThat(filledIn(source, target))
                    .isEqualTo(IntStream.range(0, 70).mapToObj(i -> 100 + i).toList());
        }
    }

    /** The text, out of both sides. */
    private static List<Integer> filledIn(int[] source, int[] target) {
        List<Integer> text = new ArrayList<>();
        int at = 0;
        for (int token : source) {
            if (token == END) {
                break;
            }
            if (token < 890) {
                text.add(token);
                continue;
            }
            assertThat(target[at++]).isEqualTo(token);
            while (target[at] < 890) {
                text.add(target[at++]);
            }
        }
        return text;
    }

    /** Each place is cut out about as often as another, and never the text's first. */
    @Test
    void otherKeysCutOtherSpansOut() {
        SpanCorruption corruption = corruption(64);
        int[] text = IntStream.range(0, 71).toArray();
        int[] cut = new int[70];
        for (int step = 0; step < 2000; step++) {
            Example example = corruption.example(text, SplitMix64.start(3, step));
            for (int i = example.secondSegment(); i < example.length(); i++) {
                if (example.targets()[i] < 890) {
                    cut[example.targets()[i]]++;
                }
            }
        }
        assertThat(cut[0]).isZero();
        assertThat(Arrays.stream(cut).sum()).isEqualTo(2000 * 10);
        assertThat(Arrays.stream(cut, 20, 50).average().orElseThrow()).isBetween(200.0, 400.0);
        assertThat(corruption.example(text, 5).tokens())
                .isEqualTo(corruption.example(text, 5).tokens())
                .isNotEqualTo(corruption.example(text, 6).tokens());
    }

    @Test
    void aTokenizerWithTooFewTokensForSpansIsRefused() {
        String json = "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"</s>\": 1, \"a\": 2}}, \"added_tokens\":"
                + " [{\"id\": 9, \"content\": \"<extra_id_0>\"}, {\"id\": 8, \"content\": \"<extra_id_1>\"}]}";
        TokenizerFile file = new TokenizerFile(json.getBytes(StandardCharsets.UTF_8), "dir/tokenizer.json");
        assertThat(Sentinels.of(file, 2)).isEqualTo(new Sentinels(List.of(9, 8), 1));
        String both = json.replace("\"a\": 2", "\"<|endoftext|>\": 2");
        TokenizerFile twoEnds = new TokenizerFile(both.getBytes(StandardCharsets.UTF_8), "dir/tokenizer.json");
        assertThat(Sentinels.of(twoEnds, 2).end())
                .as("the one that documents end with")
                .isEqualTo(2);
        assertThatThrownBy(() -> Sentinels.of(file, 3))
                .isInstanceOf(WeftException.class)
                .hasMessage(
                        "dir/tokenizer.json has 2 tokens <extra_id_0> and so on, which stand for spans that are cut out: a"
                                + " sequence has 3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "context: 2    | mask_fraction: 0.15 | training.mask_fraction=0.15 of model.context=2 in spans of training.mean_span_length=3.0 are 3 tokens to read and 3 to write, which is more than the context",
                "context: 64   | mask_fraction: 0.8  | which is more than the context",
                "context: 64   | mean_span_length: 0.5 | training.mean_span_length=0.5 must be at least 1 token",
            })
    void aContextWithoutRoomIsRefused(String model, String training, String problem) {
        assertThatThrownBy(() -> ConfigLoader.load(
                        "test",
                        "model: {architecture: t5, " + model + "}\ntraining: {" + training + "}",
                        List.of("run.dir=/x")))
                .hasMessageContaining(problem);
    }
}
