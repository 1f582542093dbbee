package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.tuning.task.Fields;

/**
 * One input of a request to a model with a head.
 *
 * @param row as the model was trained to read it
 * @param words of a text that was parted at its blanks; empty elsewhere
 */
record PredictionInput(Fields row, List<Word> words) {
    private static final Pattern BLANKS_APART = Pattern.compile("\\S+");
    private static final String FIELD = "input";

    /**
     * A word of a text.
     *
     * @param start its first character, counted in code points of the text
     * @param end the one after its last
     */
    record Word(String word, int start, int end) {}

    /** The field {@code input} of a request: an input, or an array of them. */
    static List<PredictionInput> of(JsonFields fields, PredictionShape shape) {
        JsonNode node = fields.node(FIELD);
        List<PredictionInput> inputs = new ArrayList<>();
        if (node.isArray()) {
            if (node.size() > BatchService.MOST_INPUTS) {
                throw ApiException.invalid(
                        FIELD, "input has " + node.size() + " elements: at most " + BatchService.MOST_INPUTS);
            }
            for (JsonNode each : node) {
                inputs.add(one(each, FIELD + "[" + inputs.size() + "]", shape));
            }
        } else {
            inputs.add(one(node, FIELD, shape));
        }
        if (inputs.isEmpty()) {
            throw ApiException.invalid(FIELD, "input is empty: " + what(shape.input()));
        }
        return inputs;
    }

    private static String what(PredictionShape.Input input) {
        return switch (input) {
            case TEXT -> "it must be a text or an array of texts";
            case PAIR -> "it must be an object with text and text_pair, or an array of those";
            case WORDS -> "it must be a text, an array of texts, or an array of arrays of words";
            case QUESTION -> "it must be an object with question and context, or an array of those";
        };
    }

    private static PredictionInput one(JsonNode node, String place, PredictionShape shape) {
        return switch (shape.input()) {
            case TEXT -> new PredictionInput(row(shape, string(node, place)), List.of());
            case WORDS -> words(node, place, shape);
            case PAIR, QUESTION -> object(node, place, shape);
        };
    }

    private static Fields row(PredictionShape shape, Object value) {
        return new Fields(Map.of(shape.columns().get(0), value));
    }

    private static String string(JsonNode node, String place) {
        if (!node.isTextual()) {
            throw JsonFields.wrong(place, place.equals(FIELD) ? "a string or an array" : "a string", node);
        }
        return JsonFields.text(place, node);
    }

    private static PredictionInput words(JsonNode node, String place, PredictionShape shape) {
        if (!node.isArray()) {
            List<Word> words = parted(string(node, place));
            return new PredictionInput(row(shape, words.stream().map(Word::word).toList()), words);
        }
        List<String> given = new ArrayList<>();
        for (JsonNode word : node) {
            given.add(string(word, place + "[" + given.size() + "]"));
        }
        return new PredictionInput(row(shape, given), List.of());
    }

    /** The words of a text. */
    static List<Word> parted(String text) {
        List<Word> words = new ArrayList<>();
        Matcher found = BLANKS_APART.matcher(text);
        int at = 0;
        int points = 0;
        while (found.find()) {
            int start = points + text.codePointCount(at, found.start());
            int end = start + text.codePointCount(found.start(), found.end());
            words.add(new Word(found.group(), start, end));
            at = found.end();
            points = end;
        }
        return words;
    }

    private static PredictionInput object(JsonNode node, String place, PredictionShape shape) {
        if (!node.isObject()) {
            throw ApiException.invalid(FIELD, place + " is no object: " + what(shape.input()));
        }
        JsonFields parts = JsonFields.within(place, node);
        Map<String, Object> row = new HashMap<>();
        List<String> names = shape.input().names();
        for (int i = 0; i < names.size(); i++) {
            String text = parts.text(names.get(i));
            if (text == null) {
                throw JsonFields.wrong(parts.place(names.get(i)), "a string", parts.node(names.get(i)));
            }
            row.put(shape.columns().get(i), text);
        }
        parts.end();
        return new PredictionInput(new Fields(row), List.of());
    }
}
