package org.weft.tuning.chat;

/**
 * One message of a conversation.
 *
 * @param role who speaks: {@code system}, {@code user} or {@code assistant}
 */
public record ChatMessage(String role, String content) {
    public static final String SYSTEM = "system";
    public static final String USER = "user";
    public static final String ASSISTANT = "assistant";

    /** Whether the model is to say this. */
    public boolean ofAssistant() {
        return role.equals(ASSISTANT);
    }
}
