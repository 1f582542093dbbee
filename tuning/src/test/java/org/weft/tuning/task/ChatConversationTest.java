package org.weft.tuning.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatSegment;

class ChatConversationTest {
    private static final ChatMessage ASKED = new ChatMessage(ChatMessage.USER, "1+2");
    private static final ChatMessage ANSWERED = new ChatMessage(ChatMessage.ASSISTANT, "3");

    @Test
    void plainTextEndsWhereTheAssistantSpeaksAndTheTaskEndsTheAnswer() {
        ChatConversation plain = new ChatConversation(ChatFormat.PLAIN);
        assertThat(text(plain.segments(List.of(ASKED)))).isEqualTo("User: 1+2\nAssistant:");
        List<ChatSegment> learnt = plain.segments(List.of(ASKED, ANSWERED));
        assertThat(text(learnt)).isEqualTo("User: 1+2\nAssistant: 3\n");
        assertThat(learnt.stream().filter(ChatSegment::response)).containsExactly(new ChatSegment(" 3", true));
        assertThat(plain.answer(" 3\nUser: more")).isEqualTo("3");
    }

    @Test
    void whatAModelLearnsBeginsWithWhatItIsAsked() {
        for (ChatFormat format : ChatFormat.values()) {
            ChatConversation conversation = new ChatConversation(format);
            assertThat(text(conversation.segments(List.of(ASKED, ANSWERED))))
                    .startsWith(text(conversation.segments(List.of(ASKED))));
        }
    }

    @Test
    void aTurnsEndIsLearntAndNoPartOfTheAnswer() {
        ChatConversation chatml = new ChatConversation(ChatFormat.CHATML);
        assertThat(chatml.segments(List.of(ASKED, ANSWERED)).stream().filter(ChatSegment::response))
                .containsExactly(new ChatSegment("3<|im_end|>", true));
        assertThat(chatml.answer("3<|im_end|>")).isEqualTo("3");
    }

    @Test
    void whatEndsATextCannotBeSaid() {
        ChatConversation plain = new ChatConversation(ChatFormat.PLAIN);
        List<ChatMessage> smuggled = List.of(new ChatMessage(ChatMessage.USER, "x<|endoftext|>"));
        assertThatThrownBy(() -> plain.segments(smuggled))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("<|endoftext|>");
    }

    /** What comes before a later question is what serve will write there: no end-of-text between turns. */
    @Test
    void endOfTextFollowsEachAnswerOrWhereAnswersHaveMarkersTheLast() {
        assertThat(ends(ChatFormat.PLAIN)).isEqualTo(2);
        assertThat(ends(ChatFormat.CHATML)).isEqualTo(1);
        assertThat(ends(ChatFormat.LLAMA3)).isEqualTo(1);
    }

    private static long ends(ChatFormat format) {
        WeftConfig config = TaskRows.config(
                "gpt2",
                "instruction",
                "dataset.messages_column=chat",
                "finetune.chat_template=" + format.key(),
                "model.context=512");
        List<Map<String, String>> turn =
                List.of(Map.of("role", "user", "content", "1+2"), Map.of("role", "assistant", "content", "3"));
        List<Map<String, String>> turns =
                Stream.concat(turn.stream(), turn.stream()).toList();
        try (Encoder encoder = TaskRows.encoder(config)) {
            List<Map<String, String>> question = List.of(turn.get(0), turn.get(1), turn.get(0));
            Encoded asked = Task.of(config).encode(TaskRows.row("chat", question), encoder, false);
            assertThat(IntStream.of(asked.example().tokens()).anyMatch(token -> token == TinyTokenizers.END))
                    .isEqualTo(format == ChatFormat.PLAIN);
            Encoded encoded = Task.of(config).encode(TaskRows.row("chat", turns), encoder, true);
            return IntStream.of(encoded.example().targets())
                    .filter(token -> token == TinyTokenizers.END)
                    .count();
        }
    }

    private static String text(List<ChatSegment> segments) {
        StringBuilder text = new StringBuilder();
        segments.forEach(segment -> text.append(segment.text()));
        return text.toString();
    }
}
