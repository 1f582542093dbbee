package org.weft.corpus.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.weft.core.Json;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.tokens.Sentinels;

/**
 * Writes a WordPiece vocabulary as Hugging Face's {@code tokenizer.json}: BERT's normalizer, pre-tokenizer and, for a
 * masked language model, its frame. Special tokens have the first ids, as in BERT's own files: padding that of 0, or where
 * the model's family fixes its id that of 1.
 */
public final class WordPieceJson {
    /** What the spelling of a token within a word begins with. */
    public static final String CONTINUING = "##";

    private static final String UNKNOWN = "[UNK]";
    private static final int MAX_WORD_CHARACTERS = 100;

    private WordPieceJson() {}

    /** Special tokens of a model's vocabulary, in the order of their ids. */
    public static List<String> specialTokens(ModelConfig model) {
        if (model.encodesSource()) {
            return Stream.concat(
                            Stream.of(TokenizerSteps.PAD, TokenizerJson.END_OF_TEXT, UNKNOWN),
                            Sentinels.names().stream())
                    .toList();
        }
        if (model.causal()) {
            return List.of(TokenizerJson.END_OF_TEXT, UNKNOWN);
        }
        List<String> tokens =
                new ArrayList<>(List.of(UNKNOWN, TokenizerSteps.CLS, TokenizerSteps.SEP, TokenizerSteps.MASK));
        tokens.add(model.paddingId().orElse(0), TokenizerSteps.PAD);
        return List.copyOf(tokens);
    }

    /**
     * @param own special tokens, {@link #specialTokens}
     * @param learnt tokens, in the order of their ids
     * @param added special tokens behind the learnt ones
     * @param cut how a text is normalized and cut before the model sees it
     */
    public static byte[] of(List<String> own, List<String> learnt, List<String> added, TokenizerConfig cut) {
        List<String> tokens = new ArrayList<>(own);
        tokens.addAll(learnt);
        Map<String, Integer> special = new LinkedHashMap<>();
        own.forEach(token -> special.put(token, special.size()));
        added.forEach(token -> special.put(token, learnt.size() + special.size()));
        ObjectNode root =
                TokenizerSteps.file(special, normalizer(cut), preTokenizer(cut), TokenizerSteps.frame(special));
        root.putObject("decoder")
                .put("type", "WordPiece")
                .put("prefix", CONTINUING)
                .put("cleanup", true);
        ObjectNode model = root.putObject("model")
                .put("type", "WordPiece")
                .put("unk_token", UNKNOWN)
                .put("continuing_subword_prefix", CONTINUING)
                .put("max_input_chars_per_word", MAX_WORD_CHARACTERS);
        ObjectNode vocabulary = model.putObject("vocab");
        tokens.forEach(token -> vocabulary.put(token, vocabulary.size()));
        return TokenizerSteps.bytes(root);
    }

    private static ObjectNode normalizer(TokenizerConfig cut) {
        ObjectNode bert = Json.MAPPER.createObjectNode().put("type", "BertNormalizer");
        bert.put("clean_text", true).put("handle_chinese_chars", true);
        bert.putNull("strip_accents"); // As lowercase says.
        return bert.put("lowercase", cut.lowercase());
    }

    private static JsonNode preTokenizer(TokenizerConfig cut) {
        ArrayNode steps = Json.MAPPER.createArrayNode();
        steps.addObject().put("type", "BertPreTokenizer");
        if (cut.splitDigits()) {
            steps.addObject().put("type", "Digits").put("individual_digits", true);
        }
        return TokenizerSteps.inSequence(steps, "pretokenizers");
    }
}
