package org.weft.tuning.task;

import java.io.Serializable;
import java.util.List;
import org.weft.tuning.chat.Chat;
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

    /**
     * Whether its parts are one text, encoded whole as {@code transformers} does it: a token belongs to the part that it reaches
     * into. Where not, each part is encoded alone, and no token reaches into the next.
     */
    default boolean whole() {
        return false;
    }

    /** The text of a conversation, in parts. */
    List<ChatSegment> segments(Chat chat);

    /** The same where nothing is to be learnt of it: nobody asks which part the assistant said. */
    default List<ChatSegment> asked(Chat chat) {
        return segments(chat);
    }

    /** The same of messages without tools. */
    default List<ChatSegment> segments(List<ChatMessage> messages) {
        return segments(new Chat(messages));
    }

    /** What was said before the first of some strings. */
    static String before(List<String> stops, String said) {
        String answer = said;
        for (String stop : stops) {
            int at = answer.indexOf(stop);
            answer = at < 0 ? answer : answer.substring(0, at);
        }
        return answer;
    }
}
