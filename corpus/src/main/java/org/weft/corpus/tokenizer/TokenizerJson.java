package org.weft.corpus.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TokenizerConfig.Kind;
import org.weft.core.tokens.Sentinels;
import org.weft.corpus.tokenizer.BpeModel.Merge;
import org.weft.corpus.tokenizer.bpe.PretokenizerPattern;

/**
 * Writes a byte-level BPE as Hugging Face's {@code tokenizer.json}: a BPE model between ByteLevel pre-tokenizer and
 * decoder. Special tokens have the ids after the learnt ones: {@code <|endoftext|>} the first of them, as in GPT-2, then
 * what a masked language model needs; a padding token whose id the model's family fixes stands there, among the learnt ones.
 */
public final class TokenizerJson {
    static final String END_OF_TEXT = "<|endoftext|>";

    /** Unicode keeps them for a program's own use. */
    private static final String NONCHARACTERS = "\uFDD0\uFDEF";

    private static final List<String> CAUSAL = List.of(END_OF_TEXT);
    private static final List<String> MASKED =
            List.of(END_OF_TEXT, TokenizerSteps.PAD, TokenizerSteps.CLS, TokenizerSteps.SEP, TokenizerSteps.MASK);

    private TokenizerJson() {}

    /** Special tokens of a model's tokenizer, in the order of their ids. */
    public static List<String> specialTokens(ModelConfig model) {
        if (model.encodesSource()) {
            return Stream.concat(Stream.of(END_OF_TEXT, TokenizerSteps.PAD), Sentinels.names().stream())
                    .toList();
        }
        return model.causal() ? CAUSAL : MASKED;
    }

    /** A tokenizer with no other special token than the end of a text. */
    public static byte[] of(BpeModel model) {
        return of(model, CAUSAL);
    }

    public static byte[] of(BpeModel model, List<String> specialTokens) {
        return of(model, specialTokens, new TokenizerConfig(Kind.BPE, 0, ""));
    }

    /**
     * @param cut how a text is normalized and cut before the model sees it
     */
    public static byte[] of(BpeModel model, List<String> specialTokens, TokenizerConfig cut) {
        return of(model, specialTokens, cut, OptionalInt.empty());
    }

    /**
     * @param padding id that the padding token has to have
     */
    public static byte[] of(BpeModel model, List<String> specialTokens, TokenizerConfig cut, OptionalInt padding) {
        Map<String, Integer> special = TokenizerSteps.behind(model.tokens().size(), specialTokens, padding);
        ObjectNode root = TokenizerSteps.file(
                special, TokenizerSteps.normalizer(cut), preTokenizer(cut), TokenizerSteps.ended(special));
        root.set("decoder", TokenizerSteps.decoder(Json.MAPPER.createArrayNode().add(byteLevel(true, true)), cut));
        model(root.putObject("model"), model, special);
        return TokenizerSteps.bytes(root);
    }

    /**
     * The same tokenizer, which finds no special token in a text: those of other added tokens it finds still. A special token
     * that the vocabulary has not keeps its place, for the library numbers such tokens anew, under a name that no text spells.
     */
    static byte[] withoutSpecialTokens(byte[] tokenizerJson) throws IOException {
        ObjectNode root = (ObjectNode) Json.MAPPER.readTree(tokenizerJson);
        ArrayNode kept = Json.MAPPER.createArrayNode();
        Set<String> vocabulary = vocabulary(root.path("model").path("vocab"));
        for (JsonNode token : root.path("added_tokens")) {
            if (!token.path("special").asBoolean()) {
                kept.add(token);
            } else if (!vocabulary.contains(token.path("content").asText())) {
                kept.add(((ObjectNode) token).put("content", NONCHARACTERS + token.path("id")));
            }
        }
        root.set("added_tokens", kept);
        return Json.MAPPER.writeValueAsBytes(root);
    }

    private static Set<String> vocabulary(JsonNode vocab) {
        Set<String> tokens = new HashSet<>();
        vocab.fieldNames().forEachRemaining(tokens::add);
        if (vocab.isArray()) { // Unigram's: pairs of a token and its score
            vocab.forEach(pair -> tokens.add(pair.path(0).asText()));
        }
        return tokens;
    }

    /** GPT-2's pattern is ByteLevel's own; others stand before it. */
    private static JsonNode preTokenizer(TokenizerConfig cut) {
        boolean own = PretokenizerPattern.of(cut.pretokenizer(), PretokenizerPattern.GPT2) == PretokenizerPattern.GPT2;
        if (own && !cut.splitDigits()) {
            return byteLevel(false, true);
        }
        return TokenizerSteps.inSequence(TokenizerSteps.cuts(cut).add(byteLevel(false, false)), "pretokenizers");
    }

    private static ObjectNode byteLevel(boolean prefixSpace, boolean pattern) {
        return Json.MAPPER
                .createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", prefixSpace)
                .put("trim_offsets", true)
                .put("use_regex", pattern);
    }

    private static void model(ObjectNode at, BpeModel model, Map<String, Integer> special) {
        at.put("type", "BPE");
        at.putNull("dropout");
        at.putNull("unk_token");
        at.putNull("continuing_subword_prefix");
        at.putNull("end_of_word_suffix");
        at.put("fuse_unk", false);
        at.put("byte_fallback", false);
        at.put("ignore_merges", false);
        ObjectNode vocabulary = at.putObject("vocab");
        int next = 0;
        for (String token : model.tokens()) {
            next += special.containsValue(next) ? 1 : 0; // Where a padding token stands.
            vocabulary.put(token, next++);
        }
        special.forEach(vocabulary::put);
        ArrayNode merges = at.putArray("merges");
        for (Merge merge : model.merges()) {
            merges.add(model.tokens().get(merge.left()) + " " + model.tokens().get(merge.right()));
        }
    }
}
