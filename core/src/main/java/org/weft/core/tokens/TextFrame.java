package org.weft.core.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a {@code tokenizer.json}'s post-processor puts around a text, in each form that there has been:
 *
 * <pre>
 *   {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "&lt;s>"}}, {"Sequence": {"id": "A"}}], …}
 *   {"type": "BertProcessing" or "RobertaProcessing", "cls": ["[CLS]", 101], "sep": ["[SEP]", 102]}
 *   {"type": "Sequence", "processors": [ … ]}
 * </pre>
 *
 * @param before ids that stand before the text
 * @param after ids that stand after it
 */
public record TextFrame(List<Integer> before, List<Integer> after) {
    /** A text stands alone. */
    static final TextFrame NONE = new TextFrame(List.of(), List.of());

    /**
     * The frame of a tokenizer's texts: what its files say of beginning and end, or else its post-processor.
     *
     * @param vocabulary ids by the tokens' texts
     */
    public static TextFrame of(JsonNode tokenizer, Map<String, Integer> vocabulary, TokenRoles roles) {
        TextFrame processed = of(tokenizer.path("post_processor"), vocabulary);
        return new TextFrame(
                side(processed.before, roles.begins(), TokenRoles.BEGIN, vocabulary, roles),
                side(processed.after, roles.ends(), TokenRoles.END, vocabulary, roles));
    }

    private static List<Integer> side(
            List<Integer> processed, Boolean said, String part, Map<String, Integer> vocabulary, TokenRoles roles) {
        List<Integer> token = roles.in(vocabulary, part).map(List::of).orElse(List.of());
        if (said == null || token.isEmpty()) {
            return processed;
        }
        return said ? processed.isEmpty() ? token : processed : processed.equals(token) ? List.of() : processed;
    }

    private static TextFrame of(JsonNode processor, Map<String, Integer> vocabulary) {
        return switch (processor.path("type").asText("")) {
            case "TemplateProcessing" -> ofTemplate(processor, vocabulary);
            case "BertProcessing", "RobertaProcessing" ->
                new TextFrame(
                        List.of(processor.path("cls").path(1).asInt()),
                        List.of(processor.path("sep").path(1).asInt()));
            case "Sequence" -> ofSequence(processor, vocabulary);
            default -> NONE;
        };
    }

    private static TextFrame ofTemplate(JsonNode processor, Map<String, Integer> vocabulary) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        boolean passed = false;
        for (JsonNode piece : processor.path("single")) {
            if (piece.has("Sequence")) {
                passed = true;
                continue;
            }
            String name = piece.path("SpecialToken").path("id").asText();
            JsonNode ids = processor.path("special_tokens").path(name).path("ids");
            List<Integer> side = passed ? after : before;
            if (ids.isEmpty() && vocabulary.containsKey(name)) {
                side.add(vocabulary.get(name));
            }
            ids.forEach(id -> side.add(id.asInt()));
        }
        return new TextFrame(List.copyOf(before), List.copyOf(after));
    }

    /** One after the other: what a later one adds stands outside. */
    private static TextFrame ofSequence(JsonNode sequence, Map<String, Integer> vocabulary) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        for (JsonNode processor : sequence.path("processors")) {
            TextFrame frame = of(processor, vocabulary);
            before.addAll(0, frame.before);
            after.addAll(frame.after);
        }
        return new TextFrame(List.copyOf(before), List.copyOf(after));
    }
}
