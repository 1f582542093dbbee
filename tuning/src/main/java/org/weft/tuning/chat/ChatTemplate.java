package org.weft.tuning.chat;

import java.io.Serializable;
import java.util.List;
import org.weft.core.WeftException;

/**
 * Turns a conversation into the text that a model was trained on, as segments that say which of it the assistant speaks.
 * Immutable, and safe for use by many threads.
 */
public sealed interface ChatTemplate extends Serializable permits FormatTemplate, JinjaTemplate {

    /**
     * The text up to where the assistant speaks next.
     *
     * @throws WeftException where the template does not take the conversation
     */
    List<ChatSegment> prompt(Chat chat);

    /**
     * The text of a conversation; its segments one after the other.
     *
     * @param generate whether it is to end where the assistant speaks next, as a prompt
     * @throws WeftException where the template does not take the conversation, or what the assistant says in it cannot be told
     */
    List<ChatSegment> segments(Chat chat, boolean generate);

    /** As {@code finetune.chat_template} has it. */
    String name();

    /** Strings that end what the assistant says, beside the token that ends a text. */
    List<String> stops();

    /** Whether it has a marker of its own that ends a turn: the token that ends a text does in the others. */
    boolean marksEnds();

    /** What the assistant said, without the gap that a template puts before it. */
    default String withoutGap(String said) {
        return said;
    }
}
