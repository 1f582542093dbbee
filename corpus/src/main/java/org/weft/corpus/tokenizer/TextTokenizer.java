package org.weft.corpus.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.weft.core.ExitStatus;
import org.weft.core.UnpairedSurrogates;
import org.weft.core.WeftException;
import org.weft.core.tokens.TextTokens;
import org.weft.core.tokens.TokenizerFile;

/**
 * Text to token ids and back, with Hugging Face's tokenizers. Cuts nothing off, pads nothing; the special tokens that stand
 * around a text are added where a method says so.
 * Safe for use by many threads; holds native memory until closed.
 *
 * <p>A special token that a text spells, {@code <|endoftext|>} or {@code [MASK]}, is that token in what somebody wrote for
 * a model, a prompt or a template; in documents and rows it is characters, {@code splitSpecialTokens} in Hugging Face's
 * words. Half a surrogate pair, which the library dies of, is U+FFFD.
 */
public final class TextTokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;
    private final TokenizerFacts facts;
    private final byte[] json;
    private final int[] before;
    private final int[] after;
    private HuggingFaceTokenizer splitting; // knows no special tokens; made when it is first asked for

    private TextTokenizer(HuggingFaceTokenizer tokenizer, TokenizerFacts facts, byte[] json) {
        this.tokenizer = tokenizer;
        this.facts = facts;
        this.json = json;
        this.before = ints(facts.frame().before());
        this.after = ints(facts.frame().after());
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
        TokenizerFacts facts = TokenizerFacts.of(file);
        keepNativesLocal();
        try {
            return new TextTokenizer(opened(file.json()), facts, file.json());
        } catch (IOException | RuntimeException failure) {
            throw new WeftException(
                    ExitStatus.INVALID_DATA,
                    "tokenizer cannot be used: " + file.path()
                            + ": it is JSON, but in a form that Hugging Face's tokenizers" + " do not read",
                    "give a tokenizer.json as they write it: tokenizer.save_pretrained(DIR)",
                    failure);
        }
    }

    private static HuggingFaceTokenizer opened(byte[] json) throws IOException {
        HuggingFaceTokenizer tokenizer =
                HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), Map.of("truncation", "false"));
        // A file may ask for truncation and padding: both would silently change the corpus.
        TokenizersLibrary.LIB.disableTruncation(tokenizer.getHandle());
        TokenizersLibrary.LIB.disablePadding(tokenizer.getHandle());
        return tokenizer;
    }

    private long handle(boolean splitSpecialTokens) {
        return (splitSpecialTokens ? splitting() : tokenizer).getHandle();
    }

    private synchronized HuggingFaceTokenizer splitting() {
        if (splitting == null) {
            try {
                splitting = opened(TokenizerJson.withoutSpecialTokens(json));
            } catch (IOException failure) {
                throw new UncheckedIOException("a tokenizer that could be read once", failure);
            }
        }
        return splitting;
    }

    /**
     * The tokenizer's native library comes out of its jar, never from the network, and is unpacked where this process
     * may write: the home directory, or else the temporary one. {@code DJL_CACHE_DIR} overrides that.
     */
    private static void keepNativesLocal() {
        System.setProperty("ai.djl.offline", "true");
        if (System.getenv("DJL_CACHE_DIR") != null || System.getProperty("DJL_CACHE_DIR") != null) {
            return;
        }
        if (!Files.isWritable(Path.of(System.getProperty("user.home", "/nonexistent")))) {
            Path cache = Path.of(System.getProperty("java.io.tmpdir"), "weft-djl-" + System.getProperty("user.name"));
            System.setProperty("DJL_CACHE_DIR", cache.toString());
        }
    }

    /** Token ids of each text, in which special tokens that it spells are those tokens. */
    public int[][] encode(List<String> texts) {
        return encode(texts, false);
    }

    /**
     * Token ids of each text. Goes below the library's own objects, which keep strings and spans for every token.
     *
     * @param splitSpecialTokens whether special tokens that a text spells are characters like others
     */
    public int[][] encode(List<String> texts, boolean splitSpecialTokens) {
        if (texts.isEmpty()) {
            return new int[0][];
        }
        String[] whole = texts.stream().map(UnpairedSurrogates::replaced).toArray(String[]::new);
        long[] encodings = TokenizersLibrary.LIB.batchEncode(handle(splitSpecialTokens), whole, false);
        int[][] ids = new int[encodings.length][];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = narrow(TokenizersLibrary.LIB.getTokenIds(encodings[i]));
            TokenizersLibrary.LIB.deleteEncoding(encodings[i]);
        }
        return ids;
    }

    public int[] encode(String text) {
        return encode(text, false);
    }

    public int[] encode(String text, boolean splitSpecialTokens) {
        return encode(List.of(text), splitSpecialTokens)[0];
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
        long encoding =
                TokenizersLibrary.LIB.encode(handle(splitSpecialTokens), UnpairedSurrogates.replaced(text), false);
        try {
            int[] ids = narrow(TokenizersLibrary.LIB.getTokenIds(encoding));
            CharSpan[] spans = TokenizersLibrary.LIB.getTokenCharSpans(encoding);
            int[] starts = new int[ids.length];
            int[] ends = new int[ids.length];
            int[] places = codePointStarts(text);
            for (int i = 0; i < ids.length; i++) {
                starts[i] = spans[i] == null ? 0 : places[spans[i].getStart()];
                ends[i] = spans[i] == null ? 0 : places[spans[i].getEnd()];
            }
            return new Spans(ids, starts, ends);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /** Index of each code point's first char, and the text's length: the library counts code points. */
    private static int[] codePointStarts(String text) {
        int[] starts = new int[text.codePointCount(0, text.length()) + 1];
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = at;
            at += i < starts.length - 1 ? Character.charCount(text.codePointAt(at)) : 0;
        }
        return starts;
    }

    /** The text of token ids, special tokens spelt out. */
    public String decode(int[] ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return tokenizer.decode(wide, false);
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

    /** Ids that stand before a text, such as a Llama's {@code <s>}; empty for most. */
    public int[] before() {
        return before.clone();
    }

    /** Ids that stand after a text; empty for most. */
    public int[] after() {
        return after.clone();
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
        tokenizer.close();
        if (splitting != null) {
            splitting.close();
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

    private static int[] narrow(long[] wide) {
        int[] ids = new int[wide.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) wide[i];
        }
        return ids;
    }
}
