package org.weft.tuning.task;

import java.util.List;
import java.util.Map;

/** What a message of a conversation says, as {@code serve} reads it: a text, or OpenAI's array of parts, of which each is text. */
final class MessageContent {
    private static final String TEXT = "text";
    private static final String TYPE = "type";

    private MessageContent() {}

    /** The text; null where it is neither a text nor parts of text. */
    static String text(Object content) {
        Object given = structure(content);
        if (!(given instanceof List<?> parts)) {
            return given == null || given instanceof Map ? null : Fields.name(given);
        }
        StringBuilder text = new StringBuilder();
        for (Object part : parts) {
            if (!(part instanceof Map<?, ?> map) || !(map.get(TEXT) instanceof String own)) {
                return null;
            }
            text.append(own);
        }
        return text.toString();
    }

    /** Parts that Spark wrote down as JSON, for other rows of the column have texts; other contents are left as they are. */
    static Object structure(Object content) {
        Object parsed = content instanceof String ? Fields.parsed(content) : null;
        boolean parts = parsed instanceof List<?> list
                && !list.isEmpty()
                && list.stream().allMatch(part -> part instanceof Map<?, ?> map && map.get(TYPE) instanceof String);
        return parts ? parsed : content instanceof List ? JsonFields.plain(content) : content;
    }
}
