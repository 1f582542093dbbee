package org.weft.corpus.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.weft.core.Json;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TokenizerConfig.Form;
import org.weft.core.tokens.Sentinels;
import org.weft.corpus.tokenizer.bpe.PretokenizerPattern;

/**
 * The steps around the model of a trained tokenizer, as a {@code tokenizer.json} has them: normalizer, pre-tokenizer,
 * post-processor and added tokens.
 */
final class TokenizerSteps {
    static final String MASK = "[MASK]";
    static final String CLS = "[CLS]";
    static final String SEP = "[SEP]";
    static final String PAD = "[PAD]";

    /** Of {@code add_prefix_space}. Always put there, so that it can be taken away again whatever the text begins with. */
    private static final String PREFIX = " ";

    private TokenizerSteps() {}

    /**
     * The file without its model and decoder.
     *
     * @param specialTokens by their texts, in the order of their ids
     */
    static ObjectNode file(Map<String, Integer> specialTokens, JsonNode normalizer, JsonNode pre, JsonNode post) {
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        added(root.putArray("added_tokens"), specialTokens);
        root.set("normalizer", normalizer);
        root.set("pre_tokenizer", pre);
        root.set("post_processor", post);
        return root;
    }

    /**
     * Ids of special tokens behind those of learnt ones. A padding token that has to have an id of its own has that one,
     * and whatever had it before or comes after it the next.
     *
     * @param learnt how many tokens stand before them
     */
    static Map<String, Integer> behind(int learnt, List<String> specialTokens, OptionalInt padding) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        boolean placed = padding.isPresent() && specialTokens.contains(PAD);
        if (placed) {
            ids.put(PAD, padding.getAsInt());
        }
        specialTokens.stream()
                .filter(token -> !ids.containsKey(token))
                .forEach(token -> ids.put(token, learnt + ids.size()));
        return ids;
    }

    static byte[] bytes(ObjectNode root) {
        try {
            return Json.MAPPER.writeValueAsBytes(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of strings and numbers has a JSON form", impossible);
        }
    }

    /** A mask takes the blank before it in, for it stands for a token, and learnt tokens begin with their blank. */
    private static void added(ArrayNode at, Map<String, Integer> specialTokens) {
        specialTokens.forEach((text, id) -> at.addObject()
                .put("id", id)
                .put("content", text)
                .put("single_word", false)
                .put("lstrip", text.equals(MASK))
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true));
    }

    /** The Unicode form, small letters and a blank before the text, where they are asked for. */
    static JsonNode normalizer(TokenizerConfig config) {
        ArrayNode steps = Json.MAPPER.createArrayNode();
        if (config.normalizer() != Form.NONE) {
            steps.addObject().put("type", config.normalizer().name());
        }
        if (config.lowercase()) {
            steps.addObject().put("type", "Lowercase");
        }
        if (config.addPrefixSpace()) {
            steps.addObject().put("type", "Prepend").put("prepend", PREFIX);
        }
        return inSequence(steps, "normalizers");
    }

    /** What makes a text of tokens, with the blank that was put before it taken away again. */
    static JsonNode decoder(ArrayNode steps, TokenizerConfig config) {
        if (config.addPrefixSpace()) {
            steps.addObject()
                    .put("type", "Strip")
                    .put("content", PREFIX)
                    .put("start", 1)
                    .put("stop", 0);
        }
        return inSequence(steps, "decoders");
    }

    /** Cuts at a pattern's matches, then at digits. */
    static ArrayNode cuts(TokenizerConfig config) {
        ArrayNode steps = Json.MAPPER.createArrayNode();
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern")
                .put(
                        "Regex",
                        PretokenizerPattern.of(config.pretokenizer(), PretokenizerPattern.GPT2)
                                .regex());
        split.put("behavior", "Isolated").put("invert", false);
        if (config.splitDigits()) {
            steps.addObject().put("type", "Digits").put("individual_digits", true);
        }
        return steps;
    }

    /** Several steps as one; one is itself, none is null. */
    static JsonNode inSequence(ArrayNode steps, String key) {
        if (steps.size() < 2) {
            return steps.isEmpty() ? Json.MAPPER.nullNode() : steps.get(0);
        }
        return Json.MAPPER.createObjectNode().put("type", "Sequence").set(key, steps);
    }

    /**
     * {@code [CLS] text [SEP]}, or with a second text {@code [CLS] text [SEP] text [SEP]}; without such tokens {@link #ended}.
     */
    static JsonNode frame(Map<String, Integer> specialTokens) {
        if (!specialTokens.containsKey(CLS)) {
            return ended(specialTokens);
        }
        ObjectNode frame = Json.MAPPER.createObjectNode().put("type", "TemplateProcessing");
        ArrayNode single = frame.putArray("single");
        ArrayNode pair = frame.putArray("pair");
        for (ArrayNode template : List.of(single, pair)) {
            piece(template, "SpecialToken", CLS, 0);
            piece(template, "Sequence", "A", 0);
            piece(template, "SpecialToken", SEP, 0);
        }
        piece(pair, "Sequence", "B", 1);
        piece(pair, "SpecialToken", SEP, 1);
        named(frame, specialTokens, List.of(CLS, SEP));
        return frame;
    }

    /**
     * {@code text <|endoftext|>}, as an encoder beside a decoder reads a text: what it is pre-trained on, spans cut out, ends so too.
     * Null without all tokens that stand for spans.
     */
    static JsonNode ended(Map<String, Integer> specialTokens) {
        if (!specialTokens.keySet().containsAll(Sentinels.names()) || !specialTokens.containsKey(PAD)) {
            return Json.MAPPER.nullNode();
        }
        ObjectNode frame = Json.MAPPER.createObjectNode().put("type", "TemplateProcessing");
        ArrayNode single = frame.putArray("single");
        ArrayNode pair = frame.putArray("pair");
        for (ArrayNode template : List.of(single, pair)) {
            piece(template, "Sequence", "A", 0);
            piece(template, "SpecialToken", TokenizerJson.END_OF_TEXT, 0);
        }
        piece(pair, "Sequence", "B", 0);
        piece(pair, "SpecialToken", TokenizerJson.END_OF_TEXT, 0);
        named(frame, specialTokens, List.of(TokenizerJson.END_OF_TEXT));
        return frame;
    }

    private static void named(ObjectNode frame, Map<String, Integer> specialTokens, List<String> tokens) {
        ObjectNode named = frame.putObject("special_tokens");
        for (String token : tokens) {
            ObjectNode entry = named.putObject(token).put("id", token);
            entry.putArray("ids").add(specialTokens.get(token));
            entry.putArray("tokens").add(token);
        }
    }

    private static void piece(ArrayNode template, String kind, String id, int type) {
        template.addObject().putObject(kind).put("id", id).put("type_id", type);
    }
}
