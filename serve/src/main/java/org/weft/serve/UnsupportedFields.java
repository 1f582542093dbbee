package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Predicate;

/**
 * OpenAI's fields that this server does nothing for. One that would change the answer is taken where it asks for what comes
 * anyway, and else refused with its name; one that changes no text passes.
 */
final class UnsupportedFields {
    /** For accounts, caches and bills. */
    private static final List<String> WITHOUT_EFFECT = List.of(
            "user",
            "store",
            "metadata",
            "service_tier",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "parallel_tool_calls",
            "prediction");

    private static final String NO_TOOLS = "this server calls no tools";
    private static final String NO_SUCH_ANSWER = "this server answers in text alone";

    private UnsupportedFields() {}

    /** What both ways to text have. */
    static void ofText(JsonFields fields) {
        fields.pass(WITHOUT_EFFECT);
    }

    static void ofCompletion(JsonFields fields) {
        only(fields, "suffix", node -> says(node, ""), "this server continues text at its end alone");
    }

    /** @param shown whether the model is shown tools, which it may call in its text */
    static void ofChat(JsonFields fields, boolean shown) {
        for (String tools : shown ? List.of("functions") : List.of("tools", "functions")) {
            only(fields, tools, node -> node.isArray() && node.isEmpty(), NO_TOOLS);
        }
        for (String choice : List.of("tool_choice", "function_call")) {
            only(fields, choice, node -> says(node, "none", "auto"), NO_TOOLS);
        }
        only(
                fields,
                "modalities",
                node -> node.isArray() && node.size() == 1 && says(node.get(0), "text"),
                NO_SUCH_ANSWER);
    }

    static void ofMessage(JsonFields fields) {
        only(fields, "tool_calls", node -> node.isArray() && node.isEmpty(), NO_TOOLS);
    }

    private static boolean says(JsonNode node, String... words) {
        return node.isTextual() && List.of(words).contains(node.textValue());
    }

    private static void only(JsonFields fields, String name, Predicate<JsonNode> asAnyway, String why) {
        JsonNode node = fields.node(name);
        if (!JsonFields.absent(node) && !asAnyway.test(node)) {
            String place = fields.place(name);
            throw ApiException.invalid(JsonFields.field(place), place + " is not supported: " + why);
        }
    }
}
