package org.weft.tuning.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tokenizers whose tokens a reader can count: a letter each for BERT, a byte each for GPT. */
public final class TinyTokenizers {
    /** Id of GPT's end-of-text. */
    public static final int END = 256;

    public static final int CLS = 1;
    public static final int SEP = 2;

    private static final ObjectMapper JSON = new ObjectMapper();

    private TinyTokenizers() {}

    /** Each byte is a token, whose id is the byte. */
    public static byte[] bytes() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        int beyond = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            vocabulary.put(Character.toString(printable ? b : beyond++), b);
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("type", "BPE");
        model.put("vocab", vocabulary);
        model.put("merges", List.of());
        Map<String, Object> byteLevel =
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", true);
        return json(model, byteLevel, byteLevel, null, List.of(special("<|endoftext|>", END)));
    }

    /** Each letter of a word is a token, in lower case: a to z, and ##a to ##z within words. */
    public static byte[] letters() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (String token : List.of("[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]")) {
            vocabulary.put(token, vocabulary.size());
        }
        for (String prefix : List.of("", "##")) {
            for (char letter : "abcdefghijklmnopqrstuvwxyz0123456789.,?".toCharArray()) {
                vocabulary.put(prefix + letter, vocabulary.size());
            }
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("type", "WordPiece");
        model.put("unk_token", "[UNK]");
        model.put("continuing_subword_prefix", "##");
        model.put("max_input_chars_per_word", 100);
        model.put("vocab", vocabulary);
        Map<String, Object> normalizer = Map.of(
                "type",
                "BertNormalizer",
                "clean_text",
                true,
                "handle_chinese_chars",
                true,
                "strip_accents",
                true,
                "lowercase",
                true);
        List<Object> added = new ArrayList<>();
        vocabulary.forEach((token, id) -> {
            if (token.startsWith("[")) {
                added.add(special(token, id));
            }
        });
        return json(
                model,
                Map.of("type", "BertPreTokenizer"),
                Map.of("type", "WordPiece", "prefix", "##", "cleanup", true),
                normalizer,
                added);
    }

    private static Map<String, Object> special(String token, int id) {
        Map<String, Object> special = new LinkedHashMap<>();
        special.put("id", id);
        special.put("content", token);
        special.put("single_word", false);
        special.put("lstrip", false);
        special.put("rstrip", false);
        special.put("normalized", false);
        special.put("special", true);
        return special;
    }

    private static byte[] json(Object model, Object preTokenizer, Object decoder, Object normalizer, List<?> added) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("version", "1.0");
        root.put("truncation", null);
        root.put("padding", null);
        root.put("added_tokens", added);
        root.put("normalizer", normalizer);
        root.put("pre_tokenizer", preTokenizer);
        root.put("post_processor", null);
        root.put("decoder", decoder);
        root.put("model", model);
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
