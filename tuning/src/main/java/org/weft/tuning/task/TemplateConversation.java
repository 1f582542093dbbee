package org.weft.tuning.task;

import java.util.List;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatSegment;
import org.weft.tuning.chat.JinjaTemplate;

/**
 * Messages as the model's own template writes them, as {@code serve} will show them. A conversation that does not end with the
 * assistant ends where the assistant is to speak.
 *
 * @param lastAnswer whether nobody asks where answers before the last one stand, which not every template tells
 */
public record TemplateConversation(JinjaTemplate template, boolean lastAnswer) implements Conversation {

    @Override
    public List<ChatSegment> segments(Chat chat) {
        return template.segments(chat, !chat.answered(), lastAnswer);
    }

    @Override
    public List<ChatSegment> asked(Chat chat) {
        return List.of(new ChatSegment(template.text(chat, !chat.answered()), false));
    }

    @Override
    public boolean marksEnds() {
        return true;
    }

    @Override
    public boolean whole() {
        return true;
    }

    @Override
    public String answer(String said) {
        return Conversation.before(template.stops(), said).strip();
    }
}
