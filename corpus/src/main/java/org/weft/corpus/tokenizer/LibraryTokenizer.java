package org.weft.corpus.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.weft.core.ExitStatus;
import org.weft.core.UnpairedSurrogates;
import org.weft.core.WeftException;
import org.weft.core.tokens.TokenizerFile;

/**
 * Hugging Face's tokenizers: every {@code tokenizer.json} that there is, decoding, and where in a text a token stands. Goes
 * below the library's own objects, which keep strings and spans for every token. Safe for use by many threads; holds native
 * memory until closed.
 */
final class LibraryTokenizer implements AutoCloseable {
    private final TokenizerFile file;
    private final HuggingFaceTokenizer tokenizer;
    private HuggingFaceTokenizer splitting; // knows no special tokens; made when it is first asked for

    LibraryTokenizer(TokenizerFile file) {
        this.file = file;
        keepNativesLocal();
        try {
            this.tokenizer = opened(file.json());
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

    private long handle(boolean splitSpecialTokens) {
        return (splitSpecialTokens ? splitting() : tokenizer).getHandle();
    }

    private synchronized HuggingFaceTokenizer splitting() {
        if (splitting == null) {
            try {
                splitting = opened(TokenizerJson.withoutSpecialTokens(file.json()));
            } catch (IOException failure) {
                throw new UncheckedIOException("a tokenizer that could be read once", failure);
            }
        }
        return splitting;
    }

    /** Half a surrogate pair, which the library dies of, is U+FFFD. */
    int[] encode(String text, boolean splitSpecialTokens) {
        long encoding =
                TokenizersLibrary.LIB.encode(handle(splitSpecialTokens), UnpairedSurrogates.replaced(text), false);
        try {
            return narrow(TokenizersLibrary.LIB.getTokenIds(encoding));
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    TextTokenizer.Spans encodeWithSpans(String text, boolean splitSpecialTokens) {
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
            return new TextTokenizer.Spans(ids, starts, ends);
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
    String decode(int[] ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return tokenizer.decode(wide, false);
    }

    @Override
    public synchronized void close() {
        tokenizer.close();
        if (splitting != null) {
            splitting.close();
        }
    }

    private static int[] narrow(long[] wide) {
        int[] ids = new int[wide.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) wide[i];
        }
        return ids;
    }
}
