package org.weft.core.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What a {@code tokenizer.json}'s post-processor puts around a text and between two, in each form that there has been:
 *
 * <pre>
 *   {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "&lt;s>"}}, {"Sequence": {"id": "A"}}], …}
 *   {"type": "BertProcessing" or "RobertaProcessing", "cls": ["[CLS]", 101], "sep": ["[SEP]", 102]}
 *   {"type": "Sequence", "processors": [ … ]}
 * </pre>
 *
 * @param before ids that stand before the text
 * @param after ids that stand after it
 * @param between ids that stand between the texts of a pair
 */
public record TextFrame(List<Integer> before, List<Integer> after, List<Integer> between) {
    /** A text stands alone. */
    static final TextFrame NONE = new TextFrame(List.of(), List.of(), List.of());

    /**
     * The frame of a tokenizer's texts: what its files say of beginning and end, or else its post-processor.
     *
     * @param vocabulary ids by the tokens' texts
     */
    public static TextFrame of(JsonNode tokenizer, Map<String, Integer> vocabulary, TokenRoles roles) {
        TextFrame processed = of(tokenizer.path("post_processor"), vocabulary);
        return new TextFrame(
                side(processed.before, roles.begins(), TokenRoles.BEGIN, vocabulary, roles),
                side(processed.after, roles.ends(), TokenRoles.END, vocabulary, roles),
                processed.between);
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
            case "BertProcessing" -> ofNames(processor, 1);
            case "RobertaProcessing" -> ofNames(processor, 2);
            case "Sequence" -> ofSequence(processor, vocabulary);
            default -> NONE;
        };
    }

    /** @param separators how many of them stand between two texts */
    private static TextFrame ofNames(JsonNode processor, int separators) {
        int separator = processor.path("sep").path(1).asInt();
        return new TextFrame(
                List.of(processor.path("cls").path(1).asInt()),
                List.of(separator),
                Collections.nCopies(separators, separator));
    }

    private static TextFrame ofTemplate(JsonNode processor, Map<String, Integer> vocabulary) {
        List<List<Integer>> single = cut(processor, "single", vocabulary);
        List<List<Integer>> pair = cut(processor, "pair", vocabulary);
        return new TextFrame(single.get(0), single.get(1), pair.size() == 3 ? pair.get(1) : List.of());
    }

    /** The special tokens of a template before its first text, between its texts and after the last. */
    private static List<List<Integer>> cut(JsonNode processor, String template, Map<String, Integer> vocabulary) {
        List<List<Integer>> places = new ArrayList<>();
        List<Integer> place = new ArrayList<>();
        for (JsonNode piece : processor.path(template)) {
            if (piece.has("Sequence")) {
                places.add(List.copyOf(place));
                place.clear();
                continue;
            }
            String name = piece.path("SpecialToken").path("id").asText();
            JsonNode ids = processor.path("special_tokens").path(name).path("ids");
            if (ids.isEmpty() && vocabulary.containsKey(name)) {
                place.add(vocabulary.get(name));
            }
            for (JsonNode id : ids) {
                place.add(id.asInt());
            }
        }
        if (places.isEmpty()) {
            return List.of(List.copyOf(place), List.of()); // A template without a text: all of it stands before.
        }
        places.add(List.copyOf(place));
        return places;
    }

    /** One after the other: what a later one adds stands outside. */
    private static TextFrame ofSequence(JsonNode sequence, Map<String, Integer> vocabulary) {
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        List<Integer> between = new ArrayList<>();
        for (JsonNode processor : sequence.path("processors")) {
            TextFrame frame = of(processor, vocabulary);
            before.addAll(0, frame.before);
            after.addAll(frame.after);
            between.addAll(frame.between);
        }
        return new TextFrame(List.copyOf(before), List.copyOf(after), List.copyOf(between));
    }
}
