package org.weft.serve;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatTemplate;
import org.weft.tuning.chat.JinjaTemplate;

/**
 * Reads conversations, with OpenAI's fields. A model's own template is given messages as they come, and tools; of a format
 * each message is a role and a text. Safe for use by many threads.
 */
final class ChatReader {
    private static final String CALLS = "tool_calls";
    private static final int MOST_MESSAGES = 1000;
    private static final int MOST_TOOLS = 128;
    /** Of a message, and without effect on how a format writes it down. */
    private static final List<String> OF_MESSAGES = List.of("name", "annotations");
    /** Of a message, and for a model's own template to write down, or not. */
    private static final List<String> OF_TEMPLATES =
            List.of("name", CALLS, "tool_call_id", "reasoning_content", "reasoning", "thinking");

    private final boolean own;
    private final boolean takesTools;
    private final boolean argumentsAsText;

    ChatReader(ChatTemplate template) {
        this.own = template instanceof JinjaTemplate;
        this.takesTools = template instanceof JinjaTemplate jinja && jinja.takesTools();
        this.argumentsAsText = template instanceof JinjaTemplate jinja && jinja.argumentsAsText();
    }

    /** The conversation of a request. */
    Chat chat(JsonFields fields) {
        JsonNode array = fields.node("messages");
        if (!array.isArray() || array.isEmpty() || array.size() > MOST_MESSAGES) {
            throw JsonFields.wrong("messages", "an array of 1 to " + MOST_MESSAGES + " messages", array);
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode each : array) {
            messages.add(message("messages[" + messages.size() + "]", each));
        }
        return new Chat(messages, tools(fields));
    }

    /** Tools that the model is shown: none where it is not to call any. */
    private List<?> tools(JsonFields fields) {
        JsonNode tools = fields.node("tools");
        if (!own || JsonFields.absent(tools) || tools.isArray() && tools.isEmpty()) {
            return List.of();
        }
        if (!takesTools) {
            throw ApiException.invalid(
                    "tools", "tools is not supported: the model's chat template has no place for them");
        }
        if (!tools.isArray() || tools.size() > MOST_TOOLS) {
            throw JsonFields.wrong("tools", "an array of at most " + MOST_TOOLS + " tools", tools);
        }
        List<Map<String, Object>> all = new ArrayList<>();
        for (JsonNode each : tools) {
            boolean function = each.path("type").asText("function").equals("function");
            if (!function || !each.path("function").path("name").isTextual()) {
                throw JsonFields.wrong(
                        "tools[" + all.size() + "]",
                        "an object such as {\"type\": \"function\", \"function\": {\"name\": …}}",
                        each);
            }
            JsonFields.requireTexts("tools[" + all.size() + "]", each);
            all.add(map(each));
        }
        return fields.node("tool_choice").asText().equals("none") ? List.of() : all;
    }

    private ChatMessage message(String place, JsonNode whole) {
        JsonFields fields = JsonFields.within(place, whole);
        String role = fields.text("role");
        if (role == null) {
            throw JsonFields.wrong(fields.place("role"), "a string", fields.node("role"));
        }
        JsonNode content = fields.node("content");
        boolean silent = own && !calls(fields).isEmpty() && JsonFields.absent(content);
        String text = silent ? "" : content(content, fields.place("content"));
        if (own) {
            fields.pass(OF_TEMPLATES);
        } else {
            UnsupportedFields.ofMessage(fields);
        }
        fields.pass(OF_MESSAGES);
        fields.end();
        if (!own) {
            return new ChatMessage(role, text);
        }
        JsonNode given = argumentsAsText ? whole : withArguments(whole);
        JsonFields.requireTexts(place, given);
        return new ChatMessage(role, text, map(given));
    }

    /** Calls that the assistant made. */
    private static JsonNode calls(JsonFields message) {
        JsonNode calls = message.node(CALLS);
        if (!JsonFields.absent(calls) && !calls.isArray()) {
            throw JsonFields.wrong(message.place(CALLS), "an array", calls);
        }
        return calls;
    }

    /** OpenAI's arguments are the text of an object, most templates take the object; any other text stays one. */
    private static JsonNode withArguments(JsonNode message) {
        if (!(message.path(CALLS) instanceof ArrayNode)) {
            return message;
        }
        JsonNode copy = message.deepCopy();
        for (JsonNode call : copy.path(CALLS)) {
            JsonNode arguments = call.path("function").path("arguments");
            JsonNode parsed = arguments.isTextual() ? JsonFields.json(arguments.textValue()) : null;
            if (parsed != null && parsed.isObject()) {
                ((ObjectNode) call.path("function")).set("arguments", parsed);
            }
        }
        return copy;
    }

    private static Map<String, Object> map(JsonNode object) {
        return Json.MAPPER.convertValue(object, new TypeReference<Map<String, Object>>() {});
    }

    /** A string, or OpenAI's array of parts of which each must be text. */
    private static String content(JsonNode content, String place) {
        if (content.isTextual()) {
            return JsonFields.text(place, content);
        }
        if (!content.isArray()) {
            throw JsonFields.wrong(place, "a string", content);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < content.size(); i++) {
            JsonFields part = JsonFields.within(place + "[" + i + "]", content.get(i));
            String said = part.text("text");
            if (!"text".equals(part.text("type")) || said == null) {
                throw JsonFields.wrong(
                        place, "a string or parts of text, {\"type\": \"text\", \"text\": …}", content.get(i));
            }
            part.end();
            text.append(said);
        }
        return text.toString();
    }
}
