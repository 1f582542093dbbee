package org.weft.corpus.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * How single tokens are spelt, as in the middle of a text: at its beginning some tokenizers leave out a token's space. A
 * token that is only a part of a character has no text of its own, and is named {@code token_id:7}, so that two of them are
 * two. One thread's.
 */
public final class TokenSpelling {
    private static final String SOME_TEXT = "a";
    private static final String REPLACEMENT = "\uFFFD";

    private final TextTokenizer tokenizer;
    private final int[] before;
    private final String beforeText;
    private final Map<Integer, String> spelt = new HashMap<>();

    public TokenSpelling(TextTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.before = tokenizer.encode(SOME_TEXT);
        this.beforeText = tokenizer.decode(before);
    }

    public TextTokenizer tokenizer() {
        return tokenizer;
    }

    /** A token's text or name. */
    public String of(int token) {
        return spelt.computeIfAbsent(token, this::spell);
    }

    private String spell(int token) {
        String text = text(token);
        return text.isEmpty() || text.contains(REPLACEMENT) ? "token_id:" + token : text;
    }

    /** What a token adds to a text, with replacement characters for parts of one; empty where it adds nothing. */
    public String text(int token) {
        int[] both = Arrays.copyOf(before, before.length + 1);
        both[before.length] = token;
        String text = tokenizer.decode(both);
        return text.startsWith(beforeText) ? text.substring(beforeText.length()) : "";
    }

    /** The bytes of a token's text in UTF-8; null where it has none of its own. */
    public byte[] bytes(int token) {
        String text = of(token);
        return text.equals("token_id:" + token) ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
