package org.weft.trainer.task;

import java.util.ArrayList;
import java.util.List;
import org.weft.trainer.chat.ChatFormat;
import org.weft.trainer.chat.ChatMessage;
import org.weft.trainer.chat.ChatTemplate;

/**
 * Messages as a chat template writes them, as {@code serve} will show them; but for the end-of-text that follows each answer
 * here even where the format ends a turn by a marker of its own. A conversation that does not end with the assistant ends
 * where the assistant is to speak.
 */
public record ChatConversation(ChatFormat format) implements Conversation {
    /** Stands for the token that ends a text, which the task adds itself. */
    private static final String END_OF_TEXT = "<|endoftext|>";

    @Override
    public List<Segment> segments(List<Message> messages) {
        List<ChatMessage> chat = messages.stream()
                .map(message -> new ChatMessage(message.role(), message.content()))
                .toList();
        boolean asked = !messages.get(messages.size() - 1).role().equals(Message.ASSISTANT);
        List<Segment> segments = new ArrayList<>();
        new ChatTemplate(format, END_OF_TEXT).segments(chat, asked).forEach(segment -> {
            String text = segment.text();
            boolean ends = segment.response() && text.endsWith(END_OF_TEXT);
            segments.add(new Segment(
                    ends ? text.substring(0, text.length() - END_OF_TEXT.length()) : text, segment.response()));
        });
        return segments;
    }

    @Override
    public String answer(String said) {
        ChatTemplate template = new ChatTemplate(format, END_OF_TEXT);
        String answer = said;
        for (String stop : template.stops()) {
            int at = answer.indexOf(stop);
            answer = at < 0 ? answer : answer.substring(0, at);
        }
        return answer.strip();
    }
}
