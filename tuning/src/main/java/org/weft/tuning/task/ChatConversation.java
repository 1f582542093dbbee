package org.weft.tuning.task;

import java.util.List;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatSegment;
import org.weft.tuning.chat.ChatTemplate;

/**
 * Messages as a chat template writes them, as {@code serve} will show them. A conversation that does not end with the assistant ends
 * where the assistant is to speak.
 */
public record ChatConversation(ChatFormat format) implements Conversation {
    /** Stands for the token that ends a text, which the task adds itself. */
    private static final String END_OF_TEXT = "<|endoftext|>";

    @Override
    public List<ChatSegment> segments(List<ChatMessage> messages) {
        boolean asked = !messages.get(messages.size() - 1).role().equals(ChatMessage.ASSISTANT);
        return template().segments(messages, asked).stream()
                .map(ChatConversation::withoutEnd)
                .toList();
    }

    private static ChatSegment withoutEnd(ChatSegment segment) {
        String text = segment.text();
        boolean ends = segment.response() && text.endsWith(END_OF_TEXT);
        return ends ? new ChatSegment(text.substring(0, text.length() - END_OF_TEXT.length()), true) : segment;
    }

    private ChatTemplate template() {
        return new ChatTemplate(format, END_OF_TEXT);
    }

    @Override
    public boolean marksEnds() {
        return template().marksEnds();
    }

    @Override
    public String answer(String said) {
        String answer = said;
        for (String stop : template().stops()) {
            int at = answer.indexOf(stop);
            answer = at < 0 ? answer : answer.substring(0, at);
        }
        return answer.strip();
    }
}
