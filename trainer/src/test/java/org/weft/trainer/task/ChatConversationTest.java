package org.weft.trainer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.trainer.chat.ChatFormat;
import org.weft.trainer.chat.ChatMessage;
import org.weft.trainer.chat.ChatSegment;

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

    private static String text(List<ChatSegment> segments) {
        StringBuilder text = new StringBuilder();
        segments.forEach(segment -> text.append(segment.text()));
        return text.toString();
    }
}
