package org.weft.trainer.task;

import java.io.Serializable;
import java.util.List;

/** How messages become the text that a model reads. */
public interface Conversation extends Serializable {

    /** @param role such as system, user, assistant */
    record Message(String role, String content) implements Serializable {
        public static final String ASSISTANT = "assistant";
        public static final String USER = "user";
    }

    /**
     * A part of the text, which is encoded alone: no token reaches into the next.
     *
     * @param response whether the model is to say it
     */
    record Segment(String text, boolean response) {}

    /** What the assistant said, without what ended its turn. */
    default String answer(String said) {
        return said.strip();
    }

    /** The text of some messages, in parts. */
    List<Segment> segments(List<Message> messages);
}
