package org.weft.corpus.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TokenizerConfig.Kind;
import org.weft.core.config.TokenizerConfig.Pretokenizer;
import org.weft.corpus.tokenizer.BpeModel.Merge;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;

/**
 * tiktoken's files: a line a token, its bytes in Base64 and its rank, which is its id and its place among the merges. They
 * become a {@code tokenizer.json}: any two tokens that together spell a third one are a merge of that one's rank, and a word
 * that is a token needs no merges. How text is cut, and what ends a text, the file does not say: the published ones are known
 * by their number of tokens.
 */
public final class TiktokenRanks {
    /** A published file: its tokens, how it cuts, and which token ends a text. */
    private enum Published {
        R50K_BASE(50256, Pretokenizer.GPT2, 50256, TokenizerJson.END_OF_TEXT),
        CL100K_BASE(100256, Pretokenizer.CL100K, 100257, TokenizerJson.END_OF_TEXT),
        LLAMA3(128000, Pretokenizer.LLAMA3, 128001, "<|end_of_text|>"),
        QWEN(151643, Pretokenizer.QWEN2, 151643, TokenizerJson.END_OF_TEXT),
        O200K_BASE(199998, Pretokenizer.O200K, 199999, TokenizerJson.END_OF_TEXT);

        private final int tokens;
        private final Pretokenizer cut;
        private final int endOfText;
        private final String spelt;

        Published(int tokens, Pretokenizer cut, int endOfText, String spelt) {
            this.tokens = tokens;
            this.cut = cut;
            this.endOfText = endOfText;
            this.spelt = spelt;
        }

        /** Null where none has so many. */
        static Published of(int tokens) {
            for (Published published : values()) {
                if (published.tokens == tokens) {
                    return published;
                }
            }
            return null;
        }
    }

    private static final int LONGEST_LINE = 1 << 12;

    private final String path;
    private final ByteAlphabet alphabet = new ByteAlphabet();
    private final List<String> tokens = new ArrayList<>(); // spelt, by rank
    private final Map<String, Integer> ranks = new HashMap<>();

    private TiktokenRanks(String path) {
        this.path = path;
    }

    /** Whether a file begins as those do. */
    public static boolean isOne(byte[] content) {
        int end = 0;
        while (end < Math.min(content.length, LONGEST_LINE) && content[end] != '\n') {
            end++;
        }
        String line = new String(content, 0, end, StandardCharsets.ISO_8859_1).strip();
        return line.matches("[A-Za-z0-9+/]+={0,2} [0-9]+");
    }

    /**
     * The file as a {@code tokenizer.json}.
     *
     * @param path for errors
     * @param cut how text is cut; {@code auto} for a published file
     */
    public static byte[] tokenizerJson(byte[] content, String path, Pretokenizer cut) {
        TiktokenRanks ranks = new TiktokenRanks(path);
        ranks.read(new String(content, StandardCharsets.ISO_8859_1));
        return ranks.written(cut);
    }

    private void read(String content) {
        int number = 0;
        for (String line : content.split("\n")) {
            number++;
            String[] parts = line.strip().split(" ");
            if (line.isBlank()) {
                continue;
            }
            try {
                String token = alphabet.spell(Base64.getDecoder().decode(parts[0]));
                if (parts.length != 2 || Integer.parseInt(parts[1]) != tokens.size() || ranks.containsKey(token)) {
                    throw broken(number, line);
                }
                ranks.put(token, tokens.size());
                tokens.add(token);
            } catch (IllegalArgumentException notBase64) { // nor a number
                throw broken(number, line);
            }
        }
        for (int id = 0; id < ByteAlphabet.SIZE; id++) {
            if (!ranks.containsKey(alphabet.spellId(id))) {
                throw WeftException.invalidData(
                        path + " has no token for each byte: " + tokens.size() + " tokens",
                        "give a whole file of ranks");
            }
        }
    }

    private WeftException broken(int number, String line) {
        String shown = line.length() > 80 ? line.substring(0, 80) + "…" : line;
        return WeftException.invalidData(
                path + ", line " + number + ": expected a new token in Base64 and the rank " + tokens.size()
                        + ", found " + shown,
                "give tiktoken's file as it was published: ranks count from 0");
    }

    private byte[] written(Pretokenizer cut) {
        Published published = Published.of(tokens.size());
        if (cut == Pretokenizer.AUTO && published == null) {
            throw WeftException.usage(
                    "tokenizer.file=" + path + " has tiktoken's ranks, which do not say how text is cut",
                    "set tokenizer.pretokenizer to gpt2, cl100k, llama3, qwen2 or o200k");
        }
        TokenizerConfig config = new TokenizerConfig(Kind.BPE, 0, "")
                .with("pretokenizer", cut == Pretokenizer.AUTO ? published.cut : cut);
        int endOfText = published == null ? tokens.size() : published.endOfText;
        String spelt = published == null ? TokenizerJson.END_OF_TEXT : published.spelt;
        try {
            ObjectNode root = (ObjectNode)
                    Json.MAPPER.readTree(TokenizerJson.of(new BpeModel(tokens, merges()), List.of(), config));
            root.withArray("added_tokens")
                    .addObject()
                    .put("id", endOfText)
                    .put("content", spelt)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
            ObjectNode model = (ObjectNode) root.path("model");
            model.put("ignore_merges", true);
            ((ObjectNode) model.path("vocab")).put(spelt, endOfText);
            return TokenizerSteps.bytes(root);
        } catch (IOException impossible) {
            throw new UncheckedIOException("JSON that was just written", impossible);
        }
    }

    /** Each token's ways to be put together, those of lower ranks first, as Hugging Face's own conversion has them. */
    private List<Merge> merges() {
        List<Merge> merges = new ArrayList<>();
        for (String token : tokens) {
            List<Merge> ways = new ArrayList<>();
            for (int at = 1; at < token.length(); at++) {
                Integer left = ranks.get(token.substring(0, at));
                Integer right = ranks.get(token.substring(at));
                if (left != null && right != null) {
                    ways.add(new Merge(left, right));
                }
            }
            ways.sort(Comparator.comparingInt(Merge::left).thenComparingInt(Merge::right));
            merges.addAll(ways);
        }
        return merges;
    }
}
