package org.weft.hub.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.tokens.TextFrame;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TokenizerFacts;
import org.weft.corpus.tokenizer.bpe.BpeTokenizer;
import org.weft.corpus.tokenizer.bpe.PretokenizerPattern;
import org.weft.corpus.tokenizer.bpe.UnsupportedTokenizerException;

/**
 * A {@code tokenizer.json} as llama.cpp's {@code gpt2} vocabulary: byte-level BPE with one of the pre-tokenizers that llama.cpp has
 * under a name, so that both give the same tokens. Whatever else is refused, for a tokenizer that is nearly the same would only show
 * as a model that understands badly.
 */
final class GgufTokenizer {
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;

    private static final String TYPE = "type";
    private static final String BYTE_LEVEL = "ByteLevel";
    private static final String LLAMA3 = "llama-bpe";

    /** As llama.cpp knows them. */
    private static final List<String> ENDS_OF_TURN =
            List.of("<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<EOT>");

    private final TokenizerFile file;
    private final JsonNode root;
    private final Consumer<String> notices;

    GgufTokenizer(TokenizerFile file, Consumer<String> notices) {
        this.file = file;
        this.notices = notices;
        root = Json.parse(file.json(), file.path(), "give a tokenizer.json as Hugging Face's tokenizers write it");
    }

    /**
     * @param rows of the embedding: a vocabulary is filled up to them
     * @param chatTemplate empty for none
     */
    void put(GgufMetadata metadata, int rows, String chatTemplate) {
        Map<String, Integer> ids = TokenizerFacts.ids(file);
        metadata.put("tokenizer.ggml.model", "gpt2").put("tokenizer.ggml.pre", pretokenizer());
        requireUnderstood();
        putTokens(metadata, ids, rows);
        metadata.putStrings("tokenizer.ggml.merges", merges());
        TokenRoles roles = file.roles();
        int end = TokenizerFacts.endOfTextIn(ids, roles).orElseThrow(() -> refused("it has no token that ends a text"));
        int begin = roles.in(ids, TokenRoles.BEGIN).orElse(end); // llama.cpp would otherwise take id 11 for it
        metadata.put("tokenizer.ggml.bos_token_id", begin).put("tokenizer.ggml.eos_token_id", end);
        putFurtherEnds(metadata, ids, roles, end);
        Optional<Integer> pad = roles.in(ids, TokenRoles.PAD);
        pad.ifPresent(id -> metadata.put("tokenizer.ggml.padding_token_id", id));
        putFrame(metadata, TokenizerFacts.frame(file), begin, end);
        if (!chatTemplate.isBlank()) {
            metadata.put("tokenizer.chat_template", chatTemplate);
        }
    }

    /** llama.cpp's name of what cuts a text into words. */
    private String pretokenizer() {
        String model = root.at("/model/type").asText("BPE");
        List<JsonNode> steps = steps(root.path("pre_tokenizer"), "pretokenizers");
        boolean byteLevel = !steps.isEmpty()
                && steps.get(steps.size() - 1).path(TYPE).asText().equals(BYTE_LEVEL);
        if (!model.equals("BPE")
                || !root.path("model").isObject()
                || root.at("/model/byte_fallback").asBoolean()
                || !byteLevel) {
            throw refused("it is no byte-level BPE: model=" + model);
        }
        for (JsonNode step : steps(root.path("normalizer"), "normalizers")) {
            if (!step.path(TYPE).asText().equals("NFC")) {
                throw refused("normalizer=" + step + " has no counterpart");
            }
            notices.accept("llama.cpp does not bring texts into NFC, as this tokenizer does: give it such as are");
        }
        JsonNode last = steps.get(steps.size() - 1);
        if (last.path("add_prefix_space").asBoolean(true)) {
            throw refused("add_prefix_space=true has no counterpart");
        }
        boolean own = last.path("use_regex").asBoolean(true);
        boolean whole = root.at("/model/ignore_merges").asBoolean();
        String name = own ? named(steps.subList(0, steps.size() - 1)) : split(steps.subList(0, steps.size() - 1));
        if (whole != name.equals(LLAMA3)) {
            if (!name.equals(LLAMA3)) {
                throw refused("ignore_merges=true has no counterpart with the pre-tokenizer " + name);
            }
            return "dbrx"; // The same pattern, and words are always put together by merges.
        }
        return name;
    }

    /** By GPT-2's pattern, which ByteLevel has itself, and what may stand before it. */
    private String named(List<JsonNode> before) {
        if (before.isEmpty()) {
            return "gpt-2";
        }
        boolean digits = before.size() == 1
                && before.get(0).path(TYPE).asText().equals("Digits")
                && before.get(0).path("individual_digits").asBoolean();
        if (!digits) {
            throw refused("pre_tokenizer=" + root.path("pre_tokenizer") + " has no counterpart");
        }
        return "smollm";
    }

    /** By a pattern that stands before ByteLevel. */
    private String split(List<JsonNode> before) {
        String regex =
                before.size() == 1 && before.get(0).path("behavior").asText().equals("Isolated")
                        ? before.get(0).at("/pattern/Regex").asText()
                        : "";
        if (regex.equals(PretokenizerPattern.GPT2.regex())) {
            return "gpt-2";
        }
        if (regex.equals(PretokenizerPattern.LLAMA3.regex())) {
            return LLAMA3;
        }
        if (regex.equals(PretokenizerPattern.QWEN2.regex())) {
            return "qwen2";
        }
        throw refused("pre_tokenizer=" + root.path("pre_tokenizer") + " has no counterpart");
    }

    /** That nothing else decides ids: the rest of the file is what our own encoder takes in full. */
    private void requireUnderstood() {
        ObjectNode rest = Json.MAPPER.createObjectNode();
        rest.setAll((ObjectNode) root);
        rest.putObject("pre_tokenizer").put(TYPE, BYTE_LEVEL).put("add_prefix_space", false); // ours is known by now
        ObjectNode model = rest.putObject("model");
        model.setAll((ObjectNode) root.path("model"));
        model.put(TYPE, "BPE"); // which old files leave out
        try {
            BpeTokenizer.of(rest);
        } catch (UnsupportedTokenizerException e) {
            throw refused("it has " + e.getMessage() + ", which has no counterpart");
        }
    }

    private static List<JsonNode> steps(JsonNode step, String key) {
        List<JsonNode> steps = new ArrayList<>();
        if (step.has(key)) {
            step.path(key).forEach(steps::add);
        } else if (step.isObject()) {
            steps.add(step);
        }
        return steps;
    }

    private void putTokens(GgufMetadata metadata, Map<String, Integer> ids, int rows) {
        String[] tokens = new String[rows];
        int[] types = new int[rows];
        Arrays.fill(types, UNUSED);
        for (Map.Entry<String, Integer> token : ids.entrySet()) {
            if (token.getValue() < 0 || token.getValue() >= rows) {
                throw refused("token " + token.getKey() + " has id " + token.getValue() + ", the model has " + rows
                        + " rows");
            }
            tokens[token.getValue()] = token.getKey();
            types[token.getValue()] = NORMAL;
        }
        for (JsonNode added : root.path("added_tokens")) {
            for (String key : List.of("lstrip", "rstrip")) {
                if (added.path(key).asBoolean()) {
                    throw refused(
                            "added token " + added.path("content").asText() + " with " + key + " has no counterpart");
                }
            }
            types[added.path("id").asInt()] = added.path("special").asBoolean() ? CONTROL : USER_DEFINED;
        }
        for (int id = 0; id < rows; id++) {
            tokens[id] = tokens[id] == null ? "[PAD" + id + "]" : tokens[id];
        }
        metadata.putStrings("tokenizer.ggml.tokens", List.of(tokens)).putInts("tokenizer.ggml.token_type", types);
    }

    /** Two texts with a blank between them, or an array of two. */
    private List<String> merges() {
        Set<String> merges = new LinkedHashSet<>();
        for (JsonNode merge : root.at("/model/merges")) {
            String pair = merge.isArray()
                    ? merge.path(0).asText() + " " + merge.path(1).asText()
                    : merge.asText();
            if (!merges.add(pair)) {
                throw refused("merge " + merge + " is there twice"); // the last one counts here, the first one there
            }
        }
        return List.copyOf(merges);
    }

    /** One that is spelt as ends of a turn are goes first. */
    private void putFurtherEnds(GgufMetadata metadata, Map<String, Integer> ids, TokenRoles roles, int end) {
        List<Integer> further = roles.ids(TokenRoles.END).stream()
                .filter(id -> id != end && ids.containsValue(id))
                .toList();
        if (further.isEmpty()) {
            return;
        }
        int turn = ENDS_OF_TURN.stream()
                .map(ids::get)
                .filter(further::contains)
                .findFirst()
                .orElse(further.get(0));
        metadata.put("tokenizer.ggml.eot_token_id", turn);
        if (further.size() > 1) {
            notices.accept("of the tokens that end a text, a GGUF file names two: " + end + " and " + turn
                    + "; llama.cpp knows others by how they are spelt, if at all");
        }
    }

    private void putFrame(GgufMetadata metadata, TextFrame frame, int begin, int end) {
        boolean begins = frame.before().equals(List.of(begin));
        boolean ends = frame.after().equals(List.of(end));
        if (!begins && !frame.before().isEmpty() || !ends && !frame.after().isEmpty()) {
            throw refused("each text stands between the tokens " + frame.before() + " and " + frame.after()
                    + ", llama.cpp puts none there but the one that begins a text and the one that ends it");
        }
        if (ends) {
            notices.accept(
                    "this tokenizer ends each text with token " + end
                            + "; the file does not ask for that, since llama.cpp"
                            + " would put it behind each prompt, which is to go on: where whole texts are read, put it there yourself");
        }
        metadata.put("tokenizer.ggml.add_bos_token", begins).put("tokenizer.ggml.add_eos_token", false);
    }

    private WeftException refused(String why) {
        return GgufExport.refused(file.path() + ": " + why);
    }
}
