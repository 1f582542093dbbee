package org.weft.core.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.weft.core.Json;
import org.weft.core.WeftException;

/**
 * Ids of the tokens that masked language models need, {@link #NONE} where the tokenizer has no such token.
 *
 * @param mask stands for a token that is to be predicted
 * @param cls begins a sequence
 * @param sep ends a segment
 * @param pad fills up a sequence
 */
public record SpecialTokens(int mask, int cls, int sep, int pad) {
    /** No such token. */
    public static final int NONE = -1;

    /** BERT's names, then RoBERTa's. */
    private static final List<String> MASK = List.of("[MASK]", "<mask>");

    private static final List<String> CLS = List.of("[CLS]", "<s>");
    private static final List<String> SEP = List.of("[SEP]", "</s>");
    private static final List<String> PAD = List.of("[PAD]", "<pad>");

    /** As {@link #of(TokenizerFile)}, of a tokenizer with nothing beside it. */
    public static SpecialTokens of(byte[] tokenizerJson) {
        return of(new TokenizerFile(tokenizerJson, CorpusManifest.TOKENIZER_FILE));
    }

    /**
     * Each by what the files beside the tokenizer call it, then, of what frames a text, by its post-processor, then by a
     * usual name.
     */
    public static SpecialTokens of(TokenizerFile tokenizer) {
        JsonNode root = Json.parse(
                tokenizer.json(), tokenizer.path(), "give a tokenizer.json as Hugging Face's tokenizers write it");
        Map<String, Integer> ids = ids(root);
        TokenRoles roles = tokenizer.roles();
        TextFrame frame = TextFrame.of(root, ids, TokenRoles.NONE);
        return new SpecialTokens(
                first(ids, roles, "mask", List.of(), MASK),
                first(ids, roles, "cls", frame.before(), CLS),
                first(ids, roles, "sep", frame.after(), SEP),
                first(ids, roles, TokenRoles.PAD, List.of(), PAD));
    }

    /** Every token of a {@code tokenizer.json} with its id: its vocabulary, then its added tokens. */
    public static Map<String, Integer> ids(JsonNode tokenizer) {
        Map<String, Integer> ids = new HashMap<>();
        JsonNode vocabulary = tokenizer.path("model").path("vocab");
        if (vocabulary.isArray()) { // Unigram: [[token, score], ...]
            for (JsonNode entry : vocabulary) {
                ids.put(entry.path(0).asText(), ids.size());
            }
        } else {
            vocabulary
                    .fields()
                    .forEachRemaining(
                            entry -> ids.put(entry.getKey(), entry.getValue().asInt()));
        }
        for (JsonNode added : tokenizer.path("added_tokens")) {
            ids.put(added.path("content").asText(), added.path("id").asInt());
        }
        return ids;
    }

    private static int first(
            Map<String, Integer> ids, TokenRoles roles, String part, List<Integer> framing, List<String> names) {
        return roles.in(ids, part)
                .or(() -> framing.size() == 1 ? framing.stream().findFirst() : Optional.empty())
                .or(() -> names.stream().filter(ids::containsKey).map(ids::get).findFirst())
                .orElse(NONE);
    }

    public boolean hasMask() {
        return mask != NONE;
    }

    /**
     * @param id that a model's family has padding have; empty for any
     * @param path of the tokenizer, for errors
     * @throws WeftException where padding has another
     */
    public void requirePadding(OptionalInt id, String path) {
        if (id.isPresent() && pad != id.getAsInt()) {
            throw WeftException.invalidData(
                    "the padding token of " + path + " has " + (pad == NONE ? "no id" : "id " + pad)
                            + ": this family counts positions from behind its padding token, which has to be id "
                            + id.getAsInt(),
                    "give a tokenizer whose <pad> is id " + id.getAsInt() + ", train one (tokenizer.kind), or take"
                            + " model.architecture=bert");
        }
    }

    /**
     * @param id that a decoder begins with, which its family has padding have
     * @param path of the tokenizer, for errors
     * @throws WeftException where padding has another
     */
    public void requireDecoderStart(int id, String path) {
        if (pad != id) {
            throw WeftException.invalidData(
                    "the padding token of " + path + " has " + (pad == NONE ? "no id" : "id " + pad)
                            + ": this family's decoder begins with its padding token, which has to be id " + id,
                    "give a tokenizer whose <pad> is id " + id
                            + ", as a T5's is, or train one (tokenizer.kind: bpe, unigram or" + " wordpiece)");
        }
    }

    /** Whether sequences are framed: {@code [CLS] ... [SEP]}. */
    public boolean framed() {
        return cls != NONE && sep != NONE;
    }
}
