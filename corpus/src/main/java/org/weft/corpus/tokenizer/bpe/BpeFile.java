package org.weft.corpus.tokenizer.bpe;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.corpus.tokenizer.bpe.ByteLevelBpe.Found;

/**
 * Reads a {@code tokenizer.json}. What is read is understood to the last setting that decides ids; anything else is named in
 * an {@link UnsupportedTokenizerException}, and Hugging Face's library encodes.
 */
final class BpeFile {
    private final JsonNode root;
    private final JsonNode model;
    private final ByteAlphabet alphabet = new ByteAlphabet();
    private final Map<String, Integer> vocabulary = new HashMap<>();

    BpeFile(JsonNode root) {
        this.root = root;
        this.model = root.path("model");
    }

    ByteLevelBpe read() throws UnsupportedTokenizerException {
        requireByteLevelModel();
        readVocabulary();
        List<JsonNode> normalizers = normalizers(root.path("normalizer"));
        boolean canonical = normalizers.stream().anyMatch(BpeFile::isCanonical);
        boolean prepended = normalizers.stream().anyMatch(BpeFile::isBlank);
        PreTokenizerFile preTokenizer = PreTokenizerFile.read(root.path("pre_tokenizer"));
        Found all = added(true, canonical);
        require(!prepended || all.behind().isEmpty(), "a blank before every text, and tokens found behind it");
        List<byte[]> made = new ArrayList<>();
        LongTable merges = merges(made);
        return new ByteLevelBpe(
                preTokenizer.kind(),
                bytes(),
                merges,
                new TokenBoundaries(made),
                model.path("ignore_merges").asBoolean() ? wholeWords() : null,
                all,
                added(false, canonical),
                canonical,
                prepended ? ByteLevelBpe.Blank.ALWAYS : preTokenizer.blankBefore());
    }

    static void require(boolean understood, String what) throws UnsupportedTokenizerException {
        if (!understood) {
            throw new UnsupportedTokenizerException(what);
        }
    }

    private void requireByteLevelModel() throws UnsupportedTokenizerException {
        require(model.path("type").asText().equals("BPE"), "model " + model.path("type"));
        require(model.path("dropout").asDouble() == 0, "dropout");
        require(
                model.path("continuing_subword_prefix").asText("").isEmpty() || isNull("continuing_subword_prefix"),
                "continuing_subword_prefix");
        require(
                model.path("end_of_word_suffix").asText("").isEmpty() || isNull("end_of_word_suffix"),
                "end_of_word_suffix");
    }

    private boolean isNull(String key) {
        return model.path(key).isNull();
    }

    private void readVocabulary() throws UnsupportedTokenizerException {
        require(model.path("vocab").isObject(), "a vocabulary that is no object");
        for (Iterator<Map.Entry<String, JsonNode>> all = model.path("vocab").fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> token = all.next();
            int id = token.getValue().asInt(-1);
            require(id >= 0 && id < TokenCache.ID_LIMIT, "token id " + token.getValue());
            vocabulary.put(token.getKey(), id);
        }
    }

    /** The token of each byte. */
    private int[] bytes() throws UnsupportedTokenizerException {
        int[] bytes = new int[256];
        for (int b = 0; b < bytes.length; b++) {
            Integer id = vocabulary.get(alphabet.spell((byte) b));
            require(id != null, "a vocabulary without a token for each byte");
            bytes[b] = id;
        }
        return bytes;
    }

    /** @param made gets the bytes of each merge's token */
    private LongTable merges(List<byte[]> made) throws UnsupportedTokenizerException {
        JsonNode listed = model.path("merges");
        require(listed.isArray(), "merges that are no list");
        LongTable merges = new LongTable(listed.size());
        long rank = 0;
        for (JsonNode merge : listed) {
            String[] parts = merge.isArray()
                    ? new String[] {merge.path(0).asText(), merge.path(1).asText()}
                    : merge.asText().split(" ", -1);
            require(parts.length == 2, "merge " + merge);
            Integer left = vocabulary.get(parts[0]);
            Integer right = vocabulary.get(parts[1]);
            Integer whole = vocabulary.get(parts[0] + parts[1]);
            byte[] bytes = alphabet.bytes(parts[0] + parts[1]);
            require(left != null && right != null && whole != null && bytes != null, "merge " + merge);
            merges.put(MergeLoop.pair(left, right), rank++ << 32 | whole); // the last one counts, as there
            made.add(bytes);
        }
        return merges;
    }

    private WholeWords wholeWords() throws UnsupportedTokenizerException {
        WholeWords words = new WholeWords();
        for (Map.Entry<String, Integer> token : new TreeMap<>(vocabulary).entrySet()) {
            byte[] bytes = alphabet.bytes(token.getKey());
            if (bytes != null && bytes.length > 0) {
                require(words.add(bytes, token.getValue()), "token " + token.getKey());
            }
        }
        return words;
    }

    /** One after the other: NFC, and a blank before the text, whose order does not matter. */
    private static List<JsonNode> normalizers(JsonNode normalizer) throws UnsupportedTokenizerException {
        List<JsonNode> found = new ArrayList<>();
        if (normalizer.path("type").asText().equals("Sequence")) {
            for (JsonNode part : normalizer.path("normalizers")) {
                found.addAll(normalizers(part));
            }
        } else if (!normalizer.isNull() && !normalizer.isMissingNode()) {
            require(
                    isCanonical(normalizer) || isBlank(normalizer),
                    "normalizer " + normalizer.path("type").asText());
            found.add(normalizer);
        }
        require(found.stream().filter(BpeFile::isBlank).count() <= 1, "several blanks before a text");
        return found;
    }

    private static boolean isCanonical(JsonNode normalizer) {
        return normalizer.path("type").asText().equals("NFC");
    }

    private static boolean isBlank(JsonNode normalizer) {
        return normalizer.path("type").asText().equals("Prepend")
                && normalizer.path("prepend").asText().equals(" ");
    }

    /**
     * Added tokens that are looked for. The library gives those that the vocabulary has not the ids behind it, whatever the
     * file says: where that is not the same, nobody could tell which is meant.
     */
    private Found added(boolean special, boolean canonical) throws UnsupportedTokenizerException {
        List<AddedTokens.Token> before = new ArrayList<>();
        List<AddedTokens.Token> behind = new ArrayList<>();
        int next = vocabulary.size();
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asText();
            int id = token.path("id").asInt(-1);
            Integer known = vocabulary.get(content);
            require(id == (known != null ? known : next), "added token " + content + " with id " + id);
            next = Math.max(next, id + 1);
            require(!content.isEmpty() && id < TokenCache.ID_LIMIT, "an added token without text");
            require(!token.path("single_word").asBoolean(), "added token " + content + " with single_word");
            boolean normalized = token.path("normalized").asBoolean();
            if (special || !token.path("special").asBoolean()) {
                String sought = normalized && canonical ? Normalizer.normalize(content, Normalizer.Form.NFC) : content;
                (normalized ? behind : before)
                        .add(new AddedTokens.Token(
                                id,
                                sought,
                                token.path("lstrip").asBoolean(),
                                token.path("rstrip").asBoolean()));
            }
        }
        return new Found(new AddedTokens(before), new AddedTokens(behind));
    }
}
