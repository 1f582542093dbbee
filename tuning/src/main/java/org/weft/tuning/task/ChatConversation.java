package org.weft.tuning.task;

import java.util.List;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatSegment;
import org.weft.tuning.chat.FormatTemplate;

/**
 * Messages as a chat template writes them, as {@code serve} will show them. A conversation that does not end with the assistant ends
 * where the assistant is to speak.
 */
public record ChatConversation(ChatFormat format) implements Conversation {
    /** Stands for the token that ends a text, which the task adds itself. */
    private static final String END_OF_TEXT = "<|endoftext|>";

    @Override
    public List<ChatSegment> segments(Chat chat) {
        return template().segments(chat, !chat.answered()).stream()
                .map(ChatConversation::withoutEnd)
                .toList();
    }

    private static ChatSegment withoutEnd(ChatSegment segment) {
        String text = segment.text();
        boolean ends = segment.response() && text.endsWith(END_OF_TEXT);
        return ends ? new ChatSegment(text.substring(0, text.length() - END_OF_TEXT.length()), true) : segment;
    }

    private FormatTemplate template() {
        return new FormatTemplate(format, END_OF_TEXT);
    }

    @Override
    public boolean marksEnds() {
        return template().marksEnds();
    }

    @Override
    public String answer(String said) {
        return Conversation.before(template().stops(), said).strip();
    }
}
