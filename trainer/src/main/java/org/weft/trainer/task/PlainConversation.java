package org.weft.trainer.task;

import java.util.List;

/** Each message a paragraph of its own: what others say ends with a line break, what the model says is its response. */
public record PlainConversation() implements Conversation {

    @Override
    public List<Segment> segments(List<Message> messages) {
        return messages.stream()
                .map(message -> message.role().equals(Message.ASSISTANT)
                        ? new Segment(message.content(), true)
                        : new Segment(message.content() + "\n", false))
                .toList();
    }
}
