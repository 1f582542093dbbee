package org.weft.tuning.task;

import java.io.Serializable;
import java.util.List;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatSegment;

/** How messages become the text that a model reads. */
public interface Conversation extends Serializable {

    /** What the assistant said, without what ended its turn. */
    default String answer(String said) {
        return said.strip();
    }

    /** Whether an answer's text says where it ends, by a marker of its own: where not, end-of-text follows each one. */
    default boolean marksEnds() {
        return false;
    }

    /** The text of some messages, in parts, of which each is encoded alone: no token reaches into the next. */
    List<ChatSegment> segments(List<ChatMessage> messages);
}
