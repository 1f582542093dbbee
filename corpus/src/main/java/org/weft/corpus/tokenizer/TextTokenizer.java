package org.weft.corpus.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.weft.core.UnpairedSurrogates;
import org.weft.core.tokens.TextTokens;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.bpe.BpeTokenizer;
import org.weft.corpus.tokenizer.bpe.TokenSink;
import org.weft.corpus.tokenizer.bpe.UnsupportedTokenizerException;

/**
 * Text to token ids and back. A byte-level BPE that Weft knows in full it encodes with its own encoder, everything else with
 * Hugging Face's library, which the own encoder agrees with. Cuts nothing off, pads nothing; the special tokens that stand
 * around a text are added where a method says so.
 * Safe for use by many threads; holds native memory until closed.
 *
 * <p>A special token that a text spells, {@code <|endoftext|>} or {@code [MASK]}, is that token in what somebody wrote for
 * a model, a prompt or a template; in documents and rows it is characters, {@code splitSpecialTokens} in Hugging Face's
 * words. Half a surrogate pair is U+FFFD.
 */
public final class TextTokenizer implements AutoCloseable {
    private static final String LETTER = "a";

    private final TokenizerFile file;
    private final TokenizerFacts facts;
    private final int[] before;
    private final int[] after;
    private final List<String> special;
    private final BpeTokenizer own; // null where the library encodes
    private final String strange; // why it does; null where it does not
    private LibraryTokenizer library; // opened when it is first asked for
    private Boolean putsBlank; // known when it is first asked for

    private TextTokenizer(TokenizerFile file, JsonNode root) {
        this.file = file;
        this.facts = TokenizerFacts.of(file, root);
        this.before = ints(facts.frame().before());
        this.after = ints(facts.frame().after());
        this.special = TokenizerFacts.special(root);
        BpeTokenizer understood = null;
        String other = null;
        try {
            understood = BpeTokenizer.of(root);
        } catch (UnsupportedTokenizerException what) {
            other = what.getMessage();
        }
        this.own = understood;
        this.strange = other;
    }

    /**
     * A tokenizer from the bytes of a {@code tokenizer.json} that has nothing beside it.
     *
     * @param name names the file in errors
     */
    public static TextTokenizer of(byte[] tokenizerJson, String name) {
        return of(new TokenizerFile(tokenizerJson, name));
    }

    /** The tokenizer of a file. */
    public static TextTokenizer of(TokenizerFile file) {
        TextTokenizer tokenizer = new TextTokenizer(file, TokenizerFacts.parsed(file));
        if (tokenizer.own == null) {
            tokenizer.library(); // reads the file, or refuses it now
        }
        return tokenizer;
    }

    private synchronized LibraryTokenizer library() {
        if (library == null) {
            library = new LibraryTokenizer(file);
        }
        return library;
    }

    /** What the file has that Weft's own encoder does not know, so that Hugging Face's library encodes; empty mostly. */
    public Optional<String> encodedByLibrary() {
        return Optional.ofNullable(strange);
    }

    /** Token ids of each text, in which special tokens that it spells are those tokens. */
    public int[][] encode(List<String> texts) {
        return encode(texts, false);
    }

    /**
     * Token ids of each text.
     *
     * @param splitSpecialTokens whether special tokens that a text spells are characters like others
     */
    public int[][] encode(List<String> texts, boolean splitSpecialTokens) {
        return texts.stream().map(text -> encode(text, splitSpecialTokens)).toArray(int[][]::new);
    }

    public int[] encode(String text) {
        return encode(text, false);
    }

    public int[] encode(String text, boolean splitSpecialTokens) {
        if (own == null) {
            return library().encode(text, splitSpecialTokens);
        }
        Collected collected = new Collected();
        try {
            own.encode(
                    UnpairedSurrogates.replaced(text).getBytes(StandardCharsets.UTF_8), splitSpecialTokens, collected);
        } catch (IOException impossible) {
            throw new UncheckedIOException("an array that is written to", impossible);
        }
        return collected.ids;
    }

    /**
     * Token ids of a text as they are behind another one and a blank. That blank some tokenizers put before every text
     * themselves, as those of Llama 2 do, and of two blanks there would be another token.
     */
    public int[] encodeAfterBlank(String text, boolean splitSpecialTokens) {
        return encode(putsBlank() ? text : " " + text, splitSpecialTokens);
    }

    /** Whether a text's tokens by itself, and not those of a blank and the text, are what it has within another. */
    private synchronized boolean putsBlank() {
        if (putsBlank == null) {
            int[] alone = encode(LETTER);
            int[] within = encode(LETTER + " " + LETTER);
            putsBlank = !Arrays.equals(within, joined(alone, encode(" " + LETTER)))
                    && Arrays.equals(within, joined(alone, alone));
        }
        return putsBlank;
    }

    /**
     * Hands on the token ids of a text, some at a time.
     *
     * @param text UTF-8
     */
    public void encode(byte[] text, boolean splitSpecialTokens, TokenSink sink) throws IOException {
        if (own != null) {
            own.encode(text, splitSpecialTokens, sink);
        } else {
            int[] ids = library().encode(new String(text, StandardCharsets.UTF_8), splitSpecialTokens);
            sink.accept(ids, ids.length);
        }
    }

    /** All ids of a text, in an array of their number. */
    private static final class Collected implements TokenSink {
        private int[] ids = new int[0];

        @Override
        public void accept(int[] some, int count) {
            int size = ids.length;
            ids = Arrays.copyOf(ids, size + count);
            System.arraycopy(some, 0, ids, size, count);
        }
    }

    /**
     * A text's tokens and the characters that each stands for.
     *
     * @param ids (T)
     * @param starts (T): index of the first character (UTF-16, as {@link String#charAt}) of each token
     * @param ends (T): index after its last; tokens of a part of a character have all of it
     */
    public record Spans(int[] ids, int[] starts, int[] ends) {}

    /** Token ids of a text with their places in it; special tokens that it spells are those tokens. */
    public Spans encodeWithSpans(String text) {
        return encodeWithSpans(text, false);
    }

    /** As {@link #encode(List, boolean)}, with places. */
    public Spans encodeWithSpans(String text, boolean splitSpecialTokens) {
        return library().encodeWithSpans(text, splitSpecialTokens);
    }

    /** The text of token ids, special tokens spelt out. */
    public String decode(int[] ids) {
        return library().decode(ids);
    }

    /** The text of one token as it is within a text, the blank before it included where the tokenizer's own is left out. */
    public String decodeWithin(int id) {
        if (!putsBlank()) {
            return decode(new int[] {id});
        }
        int[] before = encode(LETTER);
        return decode(joined(before, new int[] {id})).substring(decode(before).length());
    }

    /** V: one more than the largest id. */
    public int vocabSize() {
        return facts.vocabSize();
    }

    /** Id of the token that follows each document. */
    public int endOfText() {
        return facts.endOfText();
    }

    /** Which ids a text may be made of, and which end it. */
    public TextTokens tokens() {
        return new TextTokens(facts.spelt(), facts.ends());
    }

    /** How the special tokens are spelt. */
    public List<String> specialTokens() {
        return special;
    }

    /** Ids that stand before a text, such as a Llama's {@code <s>}; empty for most. */
    public int[] before() {
        return before.clone();
    }

    /** Ids that stand after a text; empty for most. */
    public int[] after() {
        return after.clone();
    }

    /** Ids that stand between the texts of a pair, by the tokenizer's own template; empty where it has none. */
    public int[] between() {
        return ints(facts.frame().between());
    }

    /** A text's tokens with those that its tokenizer puts around it. */
    public int[] framed(int[] ids) {
        return joined(joined(before, ids), after);
    }

    /**
     * The tokens of a text that a model is to go on with: what its tokenizer puts before a text, once, and the text. Never
     * none: after nothing a document begins, with the token that ends the one before it.
     */
    public int[] prompt(String text) {
        return begun(encode(text));
    }

    /** As {@link #prompt}, of a text that is encoded already. */
    public int[] begun(int[] ids) {
        boolean begins = ids.length >= before.length && Arrays.equals(before, 0, before.length, ids, 0, before.length);
        int[] begun = begins ? ids : joined(before, ids);
        return begun.length == 0 ? new int[] {endOfText()} : begun;
    }

    @Override
    public synchronized void close() {
        if (library != null) {
            library.close();
            library = null;
        }
    }

    private static int[] joined(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static int[] ints(List<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }
}
