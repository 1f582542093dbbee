package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatSegment;

/** What rows become, token by token. */
class EncodingTest {
    private static final int NO = Example.IGNORED;

    @Test
    void spansAreCharactersOfTheText() {
        String text = "né 🙂x";
        try (TextTokenizer bytes = TextTokenizer.of(TinyTokenizers.bytes(), "bytes");
                TextTokenizer letters = TextTokenizer.of(TinyTokenizers.letters(), "letters")) {
            TextTokenizer.Spans spans = bytes.encodeWithSpans(text);
            assertThat(spans.ids()).isEqualTo(bytes.encode(text));
            assertThat(spans.starts()).containsExactly(0, 1, 1, 2, 3, 3, 3, 3, 5);
            assertThat(spans.ends()).containsExactly(1, 2, 2, 3, 5, 5, 5, 5, 6);
            TextTokenizer.Spans words = letters.encodeWithSpans("🙂 Né.");
            assertThat(words.starts()).containsExactly(0, 3, 4, 5);
            assertThat(words.ends()).containsExactly(2, 4, 5, 6);
        }
    }

    @Test
    void aCausalModelsTextsStandInTheFrameOfItsTokenizer() {
        TokenRoles roles = new TokenRoles(Map.of("bos", "s", "eos", "e"), Map.of(), true, true);
        TokenizerFile framing = new TokenizerFile(TinyTokenizers.bytes(), "framing", roles);
        WeftConfig one = TaskRows.config("llama", "classification", "finetune.labels=[ham, spam]");
        try (Encoder encoder = Encoder.open(one, framing)) {
            Encoded encoded = Task.of(one).encode(TaskRows.row("text", "ab", "label", "spam"), encoder, true);
            assertThat(encoded.example().tokens()).containsExactly('s', 'a', 'b', 'e');
        }
        WeftConfig pair = TaskRows.config("llama", "regression", "dataset.pair_column=other", "dataset.max_length=7");
        try (Encoder encoder = Encoder.open(pair, framing)) {
            Encoded encoded =
                    Task.of(pair).encode(TaskRows.row("text", "abc", "other", "de", "label", 1), encoder, true);
            assertThat(encoded.example().tokens()).containsExactly('s', 'a', 'b', 'e', 'd', 'e', 'e');
            assertThat(encoded.truncated()).isTrue();
        }
        WeftConfig text = TaskRows.config("llama", "text");
        try (Encoder encoder = Encoder.open(text, framing)) {
            Example example = Task.of(text)
                    .encode(TaskRows.row("text", "ab"), encoder, true)
                    .example();
            assertThat(example.tokens()).containsExactly('s', 'a', 'b');
            assertThat(Task.of(text)
                            .encode(TaskRows.row("text", ""), encoder, true)
                            .leftOut())
                    .isTrue();
        }
    }

    @Test
    void bertFramesATextAndAPair() {
        WeftConfig one = TaskRows.config("bert", "classification", "finetune.labels=[ham, spam]");
        try (Encoder encoder = TaskRows.encoder(one)) {
            Encoded encoded = Task.of(one).encode(TaskRows.row("text", "Ab a", "label", "spam"), encoder, true);
            assertThat(encoded.example().tokens()).containsExactly(1, 5, letter("##b"), 5, 2);
            assertThat(encoded.example().secondSegment()).isEqualTo(5);
            assertThat(encoded.example().labels()).containsExactly(1f);
            assertThat(encoded.truncated()).isFalse();
        }
        WeftConfig two = TaskRows.config("bert", "regression", "dataset.pair_column=other", "dataset.max_length=8");
        try (Encoder encoder = TaskRows.encoder(two)) {
            Task task = Task.of(two);
            assertThat(task.columns()).containsExactly("text", "other", "label");
            Encoded encoded = task.encode(TaskRows.row("text", "a", "other", "b c", "label", "2.5"), encoder, true);
            assertThat(encoded.example().tokens()).containsExactly(1, 5, 2, 6, 7, 2);
            assertThat(encoded.example().secondSegment()).isEqualTo(3);
            assertThat(encoded.example().labels()).containsExactly(2.5f);
            Encoded cut = task.encode(TaskRows.row("text", "a b c d e", "other", "a b", "label", 1), encoder, true);
            assertThat(cut.example().tokens()).containsExactly(1, 5, 6, 7, 2, 5, 6, 2);
            assertThat(cut.truncated()).isTrue();
            Encoded both =
                    task.encode(TaskRows.row("text", "a b c d e", "other", "d e f g", "label", 1), encoder, true);
            assertThat(both.example().tokens()).containsExactly(1, 5, 6, 7, 2, 8, 9, 2);
        }
    }

    /** As RoBERTa's post-processor has it; BERT's own has one, which is taken where there is no post-processor. */
    @Test
    void whatStandsBetweenAPairIsThePostProcessors() throws IOException {
        ObjectNode json = (ObjectNode) Json.MAPPER.readTree(TinyTokenizers.letters());
        ObjectNode processor = json.putObject("post_processor").put("type", "RobertaProcessing");
        processor.putArray("cls").add("[CLS]").add(1);
        processor.putArray("sep").add("[SEP]").add(2);
        processor.put("trim_offsets", true).put("add_prefix_space", false);
        WeftConfig config =
                TaskRows.config("roberta", "regression", "dataset.pair_column=other", "dataset.max_length=8");
        TokenizerFile file = new TokenizerFile(Json.MAPPER.writeValueAsBytes(json), "letters");
        try (Encoder encoder = Encoder.open(config, file)) {
            Fields row = TaskRows.row("text", "a b c d e", "other", "b", "label", 1);
            Encoded encoded = Task.of(config).encode(row, encoder, true);
            assertThat(encoded.example().tokens()).containsExactly(1, 5, 6, 7, 2, 2, 6, 2);
            assertThat(encoded.example().secondSegment()).isEqualTo(6);
        }
    }

    @Test
    void gptHasEndOfTextBetweenAPair() {
        WeftConfig config =
                TaskRows.config("gpt2", "multilabel", "finetune.labels=[x, y, z]", "dataset.pair_column=other");
        try (Encoder encoder = TaskRows.encoder(config)) {
            Fields row = TaskRows.row("text", "ab", "other", "c", "label", List.of("z", "x"));
            Encoded encoded = Task.of(config).encode(row, encoder, true);
            assertThat(encoded.example().tokens()).containsExactly('a', 'b', TinyTokenizers.END, 'c');
            assertThat(encoded.example().labels()).containsExactly(1f, 0f, 1f);
            Encoded asked = Task.of(config).encode(TaskRows.row("text", "ab", "other", "c"), encoder, false);
            assertThat(asked.example().labels()).isNull();
        }
        WeftConfig single = TaskRows.config("llama", "regression");
        try (Encoder encoder = TaskRows.encoder(single)) {
            Encoded empty = Task.of(single).encode(TaskRows.row("text", "", "label", 0), encoder, true);
            assertThat(empty.example().tokens()).containsExactly(TinyTokenizers.END);
        }
    }

    @Test
    void aTagIsAtItsWordsFirstToken() {
        Labels labels = new Labels(List.of("N", "O"), List.of(3.0, 0.5));
        WeftConfig config = TaskRows.config("bert", "tokens", "dataset.max_length=8");
        Task task = Task.of(config, labels);
        try (Encoder encoder = TaskRows.encoder(config)) {
            Fields row = TaskRows.row(
                    "tokens", List.of("ab", "", "c.d", "e", "f", "g"), "tags", List.of("N", "O", "O", "N", "N", "O"));
            Encoded encoded = task.encode(row, encoder, true);
            assertThat(encoded.example().tokens()).hasSize(8);
            assertThat(encoded.anchors()).containsExactly(1, -1, 3, 6, -2, -2);
            assertThat(encoded.example().targets()).containsExactly(NO, 0, NO, 1, NO, NO, 0, NO);
            assertThat(encoded.example().weight()).isEqualTo(3.0 + 0.5 + 3.0);
            assertThat(encoded.truncated()).isTrue();

            float[] outputs = new float[8 * 2]; // (T, K)
            outputs[2 * 1 + 1] = 1;
            outputs[2 * 3] = 2;
            assertThat(((TokensTask.Tags) task.decode(row, encoded, outputs)).tags())
                    .containsExactly("O", "", "N", "N", "", "");
            assertThatThrownBy(() ->
                            task.encode(TaskRows.row("tokens", "[\"a\", \"b\"]", "tags", List.of("N")), encoder, true))
                    .isInstanceOf(WeftException.class)
                    .hasMessageContaining("words and tags of unequal number: tokens=2 tags=1");
        }
        WeftConfig gpt = TaskRows.config("gpt2", "tokens");
        try (Encoder encoder = TaskRows.encoder(gpt)) {
            Fields row = TaskRows.row("tokens", List.of("ab", "cd"), "tags", List.of("N", "O"));
            Encoded encoded = Task.of(gpt, labels).encode(row, encoder, true);
            assertThat(encoded.example().targets()).containsExactly(0, NO, NO, 1, NO);
        }
    }

    @Test
    void anAnswerIsItsFirstAndLastToken() {
        WeftConfig config = TaskRows.config("bert", "qa", "dataset.max_length=16");
        Task task = Task.of(config);
        try (Encoder encoder = TaskRows.encoder(config)) {
            Fields row = TaskRows.row("question", "Q?", "context", "Ab é 🙂 cd ef", "answers", "cd");
            Encoded encoded = task.encode(row, encoder, true);
            // [CLS] q ? [SEP] a ##b e unk c ##d e ##f [SEP]
            assertThat(encoded.example().tokens()).hasSize(13);
            assertThat(encoded.example().secondSegment()).isEqualTo(4);
            assertThat(encoded.example().labels()).containsExactly(8f, 9f);
            float[] outputs = new float[13 * 2]; // (T, 2)
            outputs[2 * 8] = 9;
            outputs[2 * 9 + 1] = 9;
            outputs[2 * 3 + 1] = 20; // outside the passage
            QaTask.Answer answer = (QaTask.Answer) task.decode(row, encoded, outputs);
            assertThat(answer.text()).isEqualTo("cd");
            assertThat(answer.start()).isEqualTo(7); // code points: as Python counts them, and answer_start
            assertThat(answer.end()).isEqualTo(9);
            outputs[0] = 30;
            outputs[1] = 30;
            assertThat(((QaTask.Answer) task.decode(row, encoded, outputs)).text())
                    .isEmpty();

            assertThat(answer(task, encoder, "ab ab", Map.of("text", List.of("ab"), "answer_start", List.of(3))))
                    .containsExactly(6f, 7f);
            assertThat(answer(task, encoder, "🙂 b", "{\"text\": [\"b\"], \"answer_start\": [2]}"))
                    .containsExactly(5f, 5f);
            assertThat(answer(task, encoder, "ab", Map.of("text", List.of(), "answer_start", List.of())))
                    .containsExactly(0f, 0f);
            Fields lost = TaskRows.row("question", "Q?", "context", "ab", "answers", "zz");
            assertThat(task.encode(lost, encoder, true).leftOut()).isTrue();
        }
    }

    @Test
    void aLongPassageIsReadThroughWindows() {
        WeftConfig config = TaskRows.config("bert", "qa", "dataset.max_length=12", "dataset.doc_stride=2");
        Task task = Task.of(config);
        try (Encoder encoder = TaskRows.encoder(config)) {
            Fields row = TaskRows.row("question", "Q?", "context", "a b c d e f a c e d", "answers", "e d");
            List<Encoded> windows = task.encodeAll(row, encoder, true);
            // [CLS] q ? [SEP] and seven of ten tokens, then from the sixth on: [SEP] ends each
            assertThat(windows).extracting(window -> window.example().length()).containsExactly(12, 10);
            assertThat(windows.get(1).anchors()).startsWith(-1, -1, -1, -1, -1, -1, -1, -1, 10, 11, 12, 13);
            assertThat(windows.get(0).example().labels()).containsExactly(0f, 0f, 4f, 11f, 0f);
            assertThat(windows.get(1).example().labels()).containsExactly(7f, 8f, 4f, 9f, 1f);
            assertThat(windows).noneMatch(Encoded::truncated).noneMatch(Encoded::leftOut);
            assertThat(task.encodeAll(row, encoder, false))
                    .hasSize(2)
                    .allMatch(window -> window.example().labels() == null);

            float[] first = new float[12 * 2];
            float[] second = new float[10 * 2];
            first[2 * 5] = 3; // "b"
            first[2 * 5 + 1] = 3;
            second[2 * 7] = 4; // "e d"
            second[2 * 8 + 1] = 4;
            second[0] = 2;
            second[1] = 2;
            QaTask.Answer answer = (QaTask.Answer) task.decodeAll(row, windows, List.of(first, second));
            assertThat(answer.text()).isEqualTo("e d");
            assertThat(answer.start()).isEqualTo(16);
            first[0] = 5; // no answer by far in one window alone: the other has it
            first[1] = 5;
            assertThat(((QaTask.Answer) task.decodeAll(row, windows, List.of(first, second))).text())
                    .isEqualTo("e d");
            second[0] = 5;
            second[1] = 5;
            assertThat(((QaTask.Answer) task.decodeAll(row, windows, List.of(first, second))).text())
                    .isEmpty();
            Task answering = Task.of(TaskRows.config(
                    "bert", "qa", "dataset.max_length=12", "dataset.doc_stride=2", "dataset.unanswerable=none"));
            assertThat(((QaTask.Answer) answering.decodeAll(row, windows, List.of(first, second))).text())
                    .isEqualTo("e d");
            assertThat(answering).hasToString(task.toString()); // as fingerprints of data sets have it

            Fields over =
                    TaskRows.row("question", "Q?", "context", "a b c d e f a c e d", "answers", "b c d e f a c e");
            assertThat(task.encodeAll(over, encoder, true)).singleElement().matches(Encoded::leftOut);
            Fields wordy = TaskRows.row("question", "a b c d e f", "context", "a b c d e f a c e d", "answers", "a");
            assertThat(task.encodeAll(wordy, encoder, true))
                    .hasSize(3)
                    .allMatch(Encoded::truncated)
                    .allMatch(window -> window.example().length() <= 12);
            assertThat(task.examples(row, encoder)).isEqualTo(2);
            assertThat(task.examples(wordy, encoder)).isEqualTo(3);
            for (int passage = 0; passage < 60; passage++) {
                for (int question = 0; question < 12; question++) {
                    assertThat(encoder.windowCount(question, passage))
                            .isEqualTo(encoder.windows(new int[question], new int[passage], row)
                                    .size());
                }
            }
        }
        WeftConfig wide = TaskRows.config("bert", "qa", "dataset.max_length=12", "dataset.doc_stride=3");
        assertThatThrownBy(() -> Encoder.docStride(wide))
                .isInstanceOf(WeftException.class)
                .hasMessage(
                        "dataset.doc_stride=3 is too much for windows of 12 tokens, of which a question may take half");
        assertThat(Encoder.strideTaken(wide))
                .contains("dataset.doc_stride=3 is too much for windows of 12 tokens: 2 is taken");
        assertThat(Encoder.strideTaken(config)).isEmpty();
        try (Encoder shorter = TaskRows.encoder(wide)) { // a model is asked in shorter windows than it learnt in
            Fields row = TaskRows.row("question", "Q?", "context", "a b c d e f a c e d", "answers", "e d");
            assertThat(Task.of(wide).encodeAll(row, shorter, false)).hasSize(2);
        }
    }

    private static float[] answer(Task task, Encoder encoder, String context, Object answers) {
        Encoded encoded =
                task.encode(TaskRows.row("question", "Q?", "context", context, "answers", answers), encoder, true);
        assertThat(encoded.leftOut()).isFalse();
        return encoded.example().labels();
    }

    @Test
    void onlyResponsesAreLearnt() {
        WeftConfig config = TaskRows.config("gpt2", "instruction", "dataset.max_length=8");
        Task task = paragraphs(config);
        try (Encoder encoder = TaskRows.encoder(config)) {
            Encoded encoded = task.encode(TaskRows.row("prompt", "1+2", "response", "3"), encoder, true);
            assertThat(encoded.example().tokens()).containsExactly('1', '+', '2', '\n', '3');
            assertThat(encoded.example().targets()).containsExactly(NO, NO, NO, '3', TinyTokenizers.END);
            assertThat(encoded.example().weight()).isEqualTo(2);
            Encoded asked = task.encode(TaskRows.row("prompt", "1+2"), encoder, false);
            assertThat(asked.example().tokens()).containsExactly('1', '+', '2', '\n');
            Encoded cut = task.encode(TaskRows.row("prompt", "abcdef", "response", "ghij"), encoder, true);
            assertThat(cut.example().targets()).containsExactly(NO, NO, NO, NO, NO, NO, 'g', 'h');
            assertThat(cut.truncated()).isTrue();
            Encoded none = task.encode(TaskRows.row("prompt", "abcdefghi", "response", "j"), encoder, true);
            assertThat(none.leftOut()).isTrue();
        }
        WeftConfig chat = TaskRows.config("llama", "instruction", "dataset.messages_column=chat");
        try (Encoder encoder = TaskRows.encoder(chat)) {
            List<Object> messages = List.of(
                    message("user", "a"), message("assistant", "b"), message("user", "c"), message("assistant", "d"));
            Encoded encoded = paragraphs(chat).encode(TaskRows.row("chat", messages), encoder, true);
            int end = TinyTokenizers.END;
            assertThat(encoded.example().tokens()).containsExactly('a', '\n', 'b', end, 'c', '\n', 'd');
            assertThat(encoded.example().targets()).containsExactly(NO, 'b', end, NO, NO, 'd', end);
            assertThatThrownBy(() ->
                            Task.of(chat).encode(TaskRows.row("chat", List.of(message("user", "a"))), encoder, true))
                    .hasMessageContaining("column chat has no message of role assistant: row={");
        }
    }

    /** A line for each message, so that tokens can be counted by hand. */
    private static Task paragraphs(WeftConfig config) {
        return Task.of(
                config.finetune().task(), config.dataset(), Labels.of(List.of()), chat -> chat.messages().stream()
                        .map(message -> message.role().equals(ChatMessage.ASSISTANT)
                                ? new ChatSegment(message.content(), true)
                                : new ChatSegment(message.content() + "\n", false))
                        .toList());
    }

    private static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    @Test
    void aLongTextBecomesWindowsThatLoseNothing() {
        WeftConfig config = TaskRows.config("gpt2", "text", "dataset.max_length=4");
        try (Encoder encoder = TaskRows.encoder(config)) {
            List<Encoded> windows = Task.of(config).encodeAll(TaskRows.row("text", "abcdefghi"), encoder, true);
            assertThat(windows).hasSize(3);
            assertThat(windows.get(0).example().tokens()).containsExactly('a', 'b', 'c', 'd');
            assertThat(windows.get(0).example().targets()).containsExactly('b', 'c', 'd', 'e');
            assertThat(windows.get(2).example().tokens()).containsExactly('i');
            assertThat(windows.get(2).example().targets()).containsExactly(TinyTokenizers.END);
            assertThat(Task.of(config)
                            .encode(TaskRows.row("text", ""), encoder, true)
                            .leftOut())
                    .isTrue();
        }
    }

    @Test
    void tooLongIsAnErrorByChoice() {
        WeftConfig config = TaskRows.config("gpt2", "text", "dataset.max_length=4", "dataset.long_text=error");
        try (Encoder encoder = TaskRows.encoder(config)) {
            assertThatThrownBy(() -> Task.of(config).encodeAll(TaskRows.row("text", "abcdefg"), encoder, true))
                    .isInstanceOf(WeftException.class)
                    .hasMessage("row too long: tokens=7 max_length=4 row={\"text\":\"abcdefg\"}");
        }
        WeftConfig longer = TaskRows.config("gpt2", "text", "dataset.max_length=33");
        assertThatThrownBy(() -> TaskRows.encoder(longer))
                .hasMessage("dataset.max_length=33 is more than model.context=32");
        WeftConfig bert = TaskRows.config("bert", "regression");
        assertThatThrownBy(() -> Encoder.open(bert, new TokenizerFile(TinyTokenizers.bytes(), "bytes")))
                .hasMessageContaining("has no [CLS] and [SEP]");
    }

    @Test
    void badCellsNameColumnAndRow() {
        WeftConfig config = TaskRows.config("gpt2", "classification", "finetune.labels=[a, b]");
        Task task = Task.of(config);
        try (Encoder encoder = TaskRows.encoder(config)) {
            assertThatThrownBy(() -> task.encode(TaskRows.row("text", null, "label", "a"), encoder, true))
                    .hasMessage("column text is null: row={\"text\":null,\"label\":\"a\"}");
            assertThatThrownBy(() -> task.encode(TaskRows.row("text", "x", "label", "c"), encoder, true))
                    .hasMessageContaining("unknown label \"c\": the labels are [a, b]");
            assertThatThrownBy(() -> task.encode(TaskRows.row("text", List.of("x"), "label", "a"), encoder, true))
                    .hasMessageContaining("column text is no text but an array");
        }
        assertThatThrownBy(() -> TaskRows.row("label", "many").number("label"))
                .hasMessage("column label is no finite number: row={\"label\":\"many\"}");
        assertThatThrownBy(() -> TaskRows.row("tags", "a").strings("tags"))
                .hasMessageContaining("column tags is no array but String");
    }

    @Test
    void labelsAreSortedAndNamedAlike() {
        assertThat(Labels.sorted(List.of("10", "9", "-1"))).containsExactly("-1", "9", "10");
        assertThat(Labels.sorted(List.of("10", "9", "x"))).containsExactly("10", "9", "x");
        assertThat(Fields.name(1.0)).isEqualTo("1");
        assertThat(Fields.name(100L)).isEqualTo("100");
        assertThat(Fields.name(100.0)).isEqualTo("100");
        assertThat(Labels.balanced(List.of("a", "b"), List.of(30L, 10L)).weights())
                .containsExactly(40 / 60.0, 2.0);
    }

    @Test
    void probabilitiesOfLabels() {
        WeftConfig one = TaskRows.config("gpt2", "classification", "finetune.labels=[a, b]");
        ClassificationTask.Label label = (ClassificationTask.Label) Task.of(one).decode(null, null, new float[] {1, 3});
        assertThat(label.label()).isEqualTo("b");
        assertThat(label.probabilities()[1]).isEqualTo(1 / (1 + Math.exp(-2)));
        WeftConfig many = TaskRows.config("gpt2", "multilabel", "finetune.labels=[a, b, c]");
        MultilabelTask.LabelSet set =
                (MultilabelTask.LabelSet) Task.of(many).decode(null, null, new float[] {0, -1, 1});
        assertThat(set.labels()).containsExactly("a", "c");
        assertThat(IntStream.range(0, 3)
                        .mapToDouble(i -> set.probabilities()[i])
                        .sum())
                .isEqualTo(1.5);
        WeftConfig number = TaskRows.config("gpt2", "regression");
        assertThat(Task.of(number).decode(null, null, new float[] {2})).isEqualTo(new RegressionTask.Value(2));
    }

    private static int letter(String token) {
        String text = new String(TinyTokenizers.letters(), StandardCharsets.UTF_8);
        int at = text.indexOf("\"" + token + "\":") + token.length() + 3;
        return Integer.parseInt(text.substring(at, text.indexOf(',', at)));
    }
}
