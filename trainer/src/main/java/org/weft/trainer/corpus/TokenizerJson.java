package org.weft.trainer.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.weft.trainer.corpus.BpeModel.Merge;

/**
 * Writes a byte-level BPE as Hugging Face's {@code tokenizer.json}: a BPE model between ByteLevel pre-tokenizer and
 * decoder. {@code <|endoftext|>} is its last id, as in GPT-2.
 */
final class TokenizerJson {
    static final String END_OF_TEXT = "<|endoftext|>";

    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerJson() {}

    static byte[] of(BpeModel model) {
        int endOfText = model.tokens().size();
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        root.putArray("added_tokens")
                .addObject()
                .put("id", endOfText)
                .put("content", END_OF_TEXT)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"), false);
        root.putNull("post_processor");
        byteLevel(root.putObject("decoder"), true);
        model(root.putObject("model"), model, endOfText);
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of strings and numbers has a JSON form", impossible);
        }
    }

    private static void byteLevel(ObjectNode at, boolean prefixSpace) {
        at.put("type", "ByteLevel");
        at.put("add_prefix_space", prefixSpace);
        at.put("trim_offsets", true);
        at.put("use_regex", true);
    }

    private static void model(ObjectNode at, BpeModel model, int endOfText) {
        at.put("type", "BPE");
        at.putNull("dropout");
        at.putNull("unk_token");
        at.putNull("continuing_subword_prefix");
        at.putNull("end_of_word_suffix");
        at.put("fuse_unk", false);
        at.put("byte_fallback", false);
        at.put("ignore_merges", false);
        ObjectNode vocabulary = at.putObject("vocab");
        for (int id = 0; id < endOfText; id++) {
            vocabulary.put(model.tokens().get(id), id);
        }
        vocabulary.put(END_OF_TEXT, endOfText);
        ArrayNode merges = at.putArray("merges");
        for (Merge merge : model.merges()) {
            merges.add(model.tokens().get(merge.left()) + " " + model.tokens().get(merge.right()));
        }
    }
}
