package org.weft.tuning.chat;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;

/**
 * A conversation.
 *
 * @param tools that the assistant may call, JSON schemas as OpenAI has them; empty for none
 */
public record Chat(List<ChatMessage> messages, List<?> tools) {

    /** One without tools. */
    public Chat(List<ChatMessage> messages) {
        this(messages, List.of());
    }

    /**
     * Fails where somebody speaks in another's name.
     *
     * @param markers that only a template may write: the model's special tokens
     * @throws WeftException that names the message
     */
    public void requireWithout(Collection<String> markers) {
        requireWithout(markers, markers);
    }

    /**
     * The same where a model may have said some of them itself, such as the token with which it calls a tool.
     *
     * @param inAnswers those of the markers that the assistant's content may not have either
     */
    public void requireWithout(Collection<String> markers, Collection<String> inAnswers) {
        for (int i = 0; i < messages.size(); i++) {
            String place = "messages[" + i + "]";
            boolean assistant = messages.get(i).ofAssistant();
            messages.get(i)
                    .fields()
                    .forEach((key, value) -> requireWithout(
                            assistant && key.equals("content") ? inAnswers : markers, place + "." + key, value));
        }
        requireWithout(markers, "tools", tools);
    }

    private static void requireWithout(Collection<String> markers, String place, Object value) {
        if (value instanceof String text) {
            for (String marker : markers) {
                if (text.contains(marker)) {
                    throw WeftException.usage(
                            place + " contains " + marker + ", which ends or begins a turn",
                            "leave it out: only the chat template may write it");
                }
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, each) -> {
                requireWithout(markers, place, key);
                requireWithout(markers, place, each);
            });
        } else if (value instanceof Collection<?> several) {
            several.forEach(each -> requireWithout(markers, place, each));
        }
    }

    /** Whether the assistant has the last word. */
    public boolean answered() {
        return messages.get(messages.size() - 1).ofAssistant();
    }

    /** The first so many messages. */
    Chat first(int count) {
        return new Chat(messages.subList(0, count), tools);
    }
}
