package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig.LongText;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.tokens.SpecialTokens;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;

/**
 * Frames token ids as the model's family reads them, within the longest length allowed:
 *
 * <pre>
 *   bert           [CLS] first [SEP]      [CLS] first [SEP] second [SEP]     types 1 from second on
 *   roberta        &lt;s> first &lt;/s>         &lt;s> first &lt;/s>&lt;/s> second &lt;/s>
 *   gpt2, llama    first                  first end-of-text second
 * </pre>
 *
 * What stands between the texts of a pair is the post-processor's of an encoder's tokenizer, or one separator where that has
 * no template of a pair.
 *
 * Where the tokenizer of a causal model puts something around a text, as a Llama's puts {@code <s>} before it, that stands
 * around the whole.
 *
 * What is too long loses its end, of a pair the longer text first; special tokens are kept. Safe for use by many threads;
 * holds native memory until closed.
 */
public final class Encoder implements AutoCloseable {
    private static final int[] NOTHING = {};
    private static final int SPECIALS = 4;

    private final TextTokenizer tokenizer;
    private final SpecialTokens special;
    private final boolean causal;
    private final int[] before;
    private final int[] after;
    private final int[] between;
    private final int maxLength;
    private final int docStride;
    private final boolean truncate;
    private final boolean splitSpecialTokens;

    private Encoder(TextTokenizer tokenizer, SpecialTokens special, WeftConfig config) {
        this.tokenizer = tokenizer;
        this.special = special;
        this.causal = config.model().causal();
        this.before = causal ? tokenizer.before() : new int[] {special.cls()};
        this.after = causal ? tokenizer.after() : new int[] {special.sep()};
        this.between = causal
                ? new int[] {tokenizer.endOfText()}
                : tokenizer.between().length > 0 ? tokenizer.between() : after;
        this.maxLength = maxLength(config);
        this.docStride = Math.min(config.dataset().docStride(), longestStride(maxLength)); // of a model that is asked
        this.truncate = config.dataset().longText() == LongText.TRUNCATE;
        this.splitSpecialTokens = config.dataset().splitSpecialTokens();
    }

    /**
     * @param tokenizer of the model to fine-tune
     */
    public static Encoder open(WeftConfig config, TokenizerFile tokenizer) {
        SpecialTokens special = SpecialTokens.of(tokenizer);
        if (!config.model().causal() && !special.framed()) {
            throw WeftException.invalidData(
                    "the model's tokenizer has no [CLS] and [SEP] (or <s> and </s>), which frame what a "
                            + config.model().architecture() + " reads",
                    "give finetune.from a model with its own tokenizer");
        }
        return new Encoder(TextTokenizer.of(tokenizer), special, config);
    }

    /** Tokens of the longest example. */
    public static int maxLength(WeftConfig config) {
        int asked = config.dataset().maxLength();
        int context = config.model().context();
        if (asked > context) {
            throw WeftException.usage(
                    "dataset.max_length=" + asked + " is more than model.context=" + context,
                    "leave it at 0 for model.context");
        }
        int length = asked == 0 ? context : asked;
        if (length < 4) {
            throw WeftException.usage(
                    "dataset.max_length=" + length + " has no room for text beside special tokens",
                    "set it to 4 or more");
        }
        return length;
    }

    /**
     * {@code dataset.doc_stride}, for a run that learns.
     *
     * @throws WeftException where it leaves no way on: half of a window may be the question's
     */
    public static int docStride(WeftConfig config) {
        int stride = config.dataset().docStride();
        int length = maxLength(config);
        if (stride > longestStride(length)) {
            throw WeftException.usage(
                    "dataset.doc_stride=" + stride + " is too much for windows of " + length
                            + " tokens, of which a question may take half",
                    "set it to " + longestStride(length) + " or less, or raise dataset.max_length");
        }
        return stride;
    }

    /** What there is to say of {@code dataset.doc_stride} of a model that is asked: in windows too short for it, the number it takes. */
    public static Optional<String> strideTaken(WeftConfig config) {
        int stride = config.dataset().docStride();
        int length = maxLength(config);
        return config.finetune().task() == TaskName.QA && stride > longestStride(length)
                ? Optional.of("dataset.doc_stride=" + stride + " is too much for windows of " + length + " tokens: "
                        + longestStride(length) + " is taken")
                : Optional.empty();
    }

    private static int longestStride(int length) {
        return Math.max(0, length / 2 - SPECIALS);
    }

    /** Whether what is too long is read through windows. */
    boolean readsWindows() {
        return docStride > 0;
    }

    public TextTokenizer tokenizer() {
        return tokenizer;
    }

    /** The same sequence with nothing in it: filling tokens, or ends of text where there are none, between those that frame texts. */
    public int[] blanked(int[] tokens) {
        int filling = special.pad() == SpecialTokens.NONE ? tokenizer.endOfText() : special.pad();
        int[] frame = join(before, between, after);
        return Arrays.stream(tokens)
                .map(token -> Arrays.stream(frame).anyMatch(id -> id == token) ? token : filling)
                .toArray();
    }

    /** Ids that stand before a text. */
    int[] before() {
        return before;
    }

    /** Token ids of a row's text. */
    int[] encode(String text) {
        return tokenizer.encode(text, splitSpecialTokens);
    }

    /** Token ids of a row's text with their places in it. */
    TextTokenizer.Spans encodeWithSpans(String text) {
        return tokenizer.encodeWithSpans(text, splitSpecialTokens);
    }

    /** Tokens of the longest example. */
    public int maxLength() {
        return maxLength;
    }

    /** One text as a sequence; a text without tokens is an end-of-text where there are no special tokens. */
    Framed single(int[] ids, Fields row) {
        int specials = before.length + after.length;
        int kept = Math.min(ids.length, maxLength - specials);
        boolean cut = cut(kept < ids.length, ids.length + specials, row);
        int[] text = Arrays.copyOf(ids, kept);
        int[] tokens = text.length + specials == 0 ? endOfText() : join(before, text, after);
        return new Framed(tokens, before.length, kept, tokens.length, 0, 0, cut);
    }

    /** One text as an example of which nothing is known. */
    public Encoded text(String text, Fields row) {
        Framed framed = single(encode(text), row);
        int[] tokens = framed.tokens();
        return Encoded.of(new Example(tokens, tokens.length, null, null, 1), framed.truncated());
    }

    /** Two texts as a sequence. */
    Framed pair(int[] first, int[] second, Fields row) {
        int specials = before.length + between.length + after.length;
        int room = maxLength - specials;
        int keptFirst = first.length;
        int keptSecond = second.length;
        if (keptFirst + keptSecond > room) {
            int half = room / 2;
            keptFirst = Math.min(first.length, Math.max(room - second.length, room - half));
            keptSecond = Math.min(second.length, room - keptFirst);
        }
        boolean cut = cut(first.length + second.length > room, first.length + second.length + specials, row);
        return framed(Arrays.copyOf(first, keptFirst), Arrays.copyOf(second, keptSecond), 0, cut);
    }

    /** A sequence of both. */
    private Framed framed(int[] first, int[] second, int from, boolean cut) {
        int[] tokens = join(before, first, between, second, after);
        int start = before.length;
        return new Framed(tokens, start, first.length, start + first.length + between.length, second.length, from, cut);
    }

    /**
     * A text beside windows of a longer one that together have all of it: one where both fit, or where
     * {@code dataset.doc_stride} asks for none.
     */
    List<Framed> windows(int[] first, int[] second, Fields row) {
        if (docStride == 0 || first.length + second.length <= room()) {
            return List.of(pair(first, second, row));
        }
        int room = room();
        int half = room / 2;
        boolean cut = cut(first.length > half, first.length + room - half, row);
        int[] kept = Arrays.copyOf(first, Math.min(first.length, half));
        int width = room - kept.length;
        List<Framed> windows = new ArrayList<>();
        int count = windowCount(first.length, second.length);
        for (int i = 0; i < count; i++) {
            int from = i * (width - docStride);
            int[] part = Arrays.copyOfRange(second, from, Math.min(from + width, second.length));
            windows.add(framed(kept, part, from, cut));
        }
        return windows;
    }

    /** Tokens of both texts that a sequence has room for. */
    private int room() {
        return maxLength - before.length - between.length - after.length;
    }

    /** How many {@link #windows} there are of texts of so many tokens. */
    int windowCount(int first, int second) {
        int room = room();
        if (docStride == 0 || first + second <= room) {
            return 1;
        }
        int step = room - Math.min(first, room / 2) - docStride;
        return Math.max(1, (second - docStride + step - 1) / step);
    }

    /** Whether a row of so many tokens is cut, or an error where that is not wanted. */
    boolean cut(boolean tooLong, int tokens, Fields row) {
        if (tooLong && !truncate) {
            throw WeftException.invalidData(
                    "row too long: tokens=" + tokens + " max_length=" + maxLength + " " + row.where(),
                    "shorten it, raise dataset.max_length (at most model.context), or set dataset.long_text=truncate");
        }
        return tooLong;
    }

    private int[] endOfText() {
        return new int[] {tokenizer.endOfText()};
    }

    static int[] join(int[]... parts) {
        int[] all = NOTHING;
        for (int[] part : parts) {
            int at = all.length;
            all = Arrays.copyOf(all, at + part.length);
            System.arraycopy(part, 0, all, at, part.length);
        }
        return all;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
