package org.weft.tuning.task;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.config.DatasetConfig;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatMessage;

/**
 * Conversations as rows have them: an array of messages, or a prompt and its response.
 *
 * @param messagesColumn empty for prompt and response
 * @param toolsColumn empty for none
 * @param whole whether messages go to a template that takes them as they are: parts, calls of tools, whatever else they have
 */
record ChatRows(String promptColumn, String responseColumn, String messagesColumn, String toolsColumn, boolean whole)
        implements Serializable {
    private static final String ROLE = "role";
    private static final String CONTENT = "content";
    private static final String WEIGHT = "weight";
    private static final String HINT = "give {\"role\": ..., \"content\": ...}, the content a text or parts of text";

    static ChatRows of(DatasetConfig dataset, boolean whole) {
        return new ChatRows(
                dataset.promptColumn(),
                dataset.responseColumn(),
                dataset.messagesColumn(),
                dataset.toolsColumn(),
                whole);
    }

    /** Whether rows have messages. */
    boolean several() {
        return !messagesColumn.isEmpty();
    }

    List<String> inputColumns() {
        List<String> columns = new ArrayList<>(List.of(several() ? messagesColumn : promptColumn));
        if (!toolsColumn.isEmpty()) {
            columns.add(toolsColumn);
        }
        return List.copyOf(columns);
    }

    /** Parts of text as the text that they are, where nobody asks for more than that. */
    Fields canonical(Fields row) {
        return several() && !whole && row.get(messagesColumn) instanceof List<?> messages
                ? row.with(
                        messagesColumn,
                        messages.stream().map(ChatRows::canonical).toList())
                : row;
    }

    private static Object canonical(Object message) {
        if (!(message instanceof Map<?, ?> map)) {
            return message;
        }
        String text = MessageContent.text(map.get(CONTENT));
        Map<Object, Object> flat = new LinkedHashMap<>(map);
        flat.computeIfPresent(CONTENT, (key, content) -> text == null ? content : text);
        return flat;
    }

    /** The messages before the assistant's last. */
    Fields asked(Fields row) {
        if (!several()) {
            return row;
        }
        List<?> messages = row.list(messagesColumn);
        return row.with(messagesColumn, List.copyOf(messages.subList(0, lastAnswer(chat(row, true)))));
    }

    /** What the row says that the assistant should answer. */
    String answer(Fields row) {
        if (!several()) {
            return row.text(responseColumn).strip();
        }
        Chat chat = chat(row, true);
        return chat.messages().get(lastAnswer(chat)).content().strip();
    }

    private static int lastAnswer(Chat chat) {
        int last = chat.messages().size() - 1;
        while (!chat.messages().get(last).ofAssistant()) {
            last--;
        }
        return last;
    }

    /** Of each answer whether it is to be learnt: an empty one is not, nor one that OpenAI's {@code weight: 0} takes out. */
    List<Boolean> teaching(Fields row, Chat chat) {
        List<?> given = several() ? row.list(messagesColumn) : List.of();
        List<Boolean> teaching = new ArrayList<>();
        for (int i = 0; i < chat.messages().size(); i++) {
            if (chat.messages().get(i).ofAssistant()) {
                teaching.add((!several() || weight(row, given.get(i)) == 1)
                        && !chat.messages().get(i).empty());
            }
        }
        return teaching;
    }

    private int weight(Fields row, Object message) {
        Object given = ((Map<?, ?>) message).get(WEIGHT);
        String weight = given == null ? "1" : Labels.canonical(Fields.name(given));
        if (!weight.equals("0") && !weight.equals("1")) {
            throw row.wrong(messagesColumn, "has a message of weight " + weight, "a weight is 0 (not learnt) or 1");
        }
        return Integer.parseInt(weight);
    }

    /**
     * A row's conversation.
     *
     * @param labelled whether it has to have an answer
     */
    Chat chat(Fields row, boolean labelled) {
        List<?> tools =
                toolsColumn.isEmpty() || row.get(toolsColumn) == null ? List.of() : JsonFields.list(row, toolsColumn);
        if (!several()) {
            ChatMessage prompt = new ChatMessage(ChatMessage.USER, row.text(promptColumn));
            return labelled
                    ? new Chat(List.of(prompt, new ChatMessage(ChatMessage.ASSISTANT, row.text(responseColumn))), tools)
                    : new Chat(List.of(prompt), tools);
        }
        List<ChatMessage> messages = row.list(messagesColumn).stream()
                .map(message -> message(row, message))
                .toList();
        boolean answered = messages.stream().anyMatch(ChatMessage::ofAssistant);
        if (messages.isEmpty() || (labelled && !answered)) {
            throw row.wrong(
                    messagesColumn, "has no message of role assistant", "remove the row: nothing is learnt of it");
        }
        return new Chat(messages, tools);
    }

    private ChatMessage message(Fields row, Object value) {
        if (!(value instanceof Map<?, ?> map) || map.get(ROLE) == null) {
            throw row.wrong(messagesColumn, "has a message without role and content", HINT);
        }
        weight(row, map);
        String role = map.get(ROLE).toString();
        ChatMessage message = new ChatMessage(role, "", fields(map));
        String content = MessageContent.text(map.get(CONTENT));
        if (content == null && !(whole && map.get(CONTENT) == null && message.calls())) {
            String what = map.get(CONTENT) == null ? "has no content" : "has a content that is not all text";
            throw row.wrong(messagesColumn, "has a message of role " + role + " that " + what, HINT);
        }
        if (!whole && message.calls()) {
            throw row.wrong(
                    messagesColumn,
                    "has a message of role " + role + " with " + message.called(),
                    "calls of tools are not learnt: remove the row, or write them into the content");
        }
        return whole
                ? new ChatMessage(role, content == null ? "" : content, message.fields())
                : new ChatMessage(role, content);
    }

    /** A message as it is given to a template: nulls, which a column's other rows put there, are none; its weight is ours. */
    private static Map<String, Object> fields(Map<?, ?> map) {
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (!key.equals(WEIGHT) && value != null) {
                Object read = key.equals(CONTENT)
                        ? MessageContent.structure(value)
                        : ChatMessage.CALLS.contains(key) ? Fields.parsed(value) : value;
                fields.put(key.toString(), value instanceof String ? read : JsonFields.plain(read));
            }
        });
        return fields;
    }
}
