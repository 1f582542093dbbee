package org.weft.tuning.chat;

import java.util.List;
import java.util.Map;

/**
 * One message of a conversation.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}, or one that only the model's template knows
 * @param content its text; of parts those that are text, empty where it has none
 * @param fields all of it, as a template is given it: content in parts, calls of tools, what was thought
 */
public record ChatMessage(String role, String content, Map<String, ?> fields) {
    public static final String SYSTEM = "system";
    public static final String USER = "user";
    public static final String ASSISTANT = "assistant";
    /** Fields in which a message calls tools. */
    public static final List<String> CALLS = List.of("tool_calls", "function_call");

    /** One that says a text and nothing else. */
    public ChatMessage(String role, String content) {
        this(role, content, Map.of("role", role, "content", content));
    }

    /** Whether the model is to say this. */
    public boolean ofAssistant() {
        return role.equals(ASSISTANT);
    }

    /** Whether it calls tools. */
    public boolean calls() {
        return called() != null;
    }

    /** The field in which it calls tools; null where it calls none. */
    public String called() {
        return CALLS.stream()
                .filter(name -> fields.get(name) != null && !List.of().equals(fields.get(name)))
                .findFirst()
                .orElse(null);
    }

    /** Whether it says nothing: no text, no call. */
    public boolean empty() {
        return content.isBlank() && !calls();
    }
}
