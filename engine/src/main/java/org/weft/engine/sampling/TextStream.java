package org.weft.engine.sampling;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One text's tokens on their way to being read: decoded as they come, ended by stop strings. Only the last few tokens
 * are decoded again for each new one, so that a text costs what its length is; a few, because a tokenizer may spell a
 * token by what stands before it. One thread's.
 *
 * <p>A character whose bytes are not all there decodes to replacement characters, one for each byte at most; they wait
 * for the next token.
 */
public final class TextStream {
    private static final char REPLACEMENT = '\uFFFD';
    /** An unfinished character of UTF-8 has at most three bytes. */
    private static final int UNFINISHED = 3;
    /** Tokens decoded again; more than the bytes of a character. */
    private static final int WINDOW = 8;

    private final Function<int[], String> decode;
    private final StopStrings stops;
    private final StringBuilder text = new StringBuilder();
    private final int[] window = new int[2 * WINDOW]; // the last tokens
    private int count; // of them
    private int passed; // characters of the window's text that were passed on

    /**
     * @param decode the text of tokens, special tokens spelt out
     * @param stops end the text before the first of them
     * @param onText given the text piece by piece
     */
    public TextStream(Function<int[], String> decode, List<String> stops, Consumer<String> onText) {
        this.decode = decode;
        this.stops = new StopStrings(stops, piece -> {
            text.append(piece);
            onText.accept(piece);
        });
    }

    /** The text follows these tokens: it is spelt as what stands after them, and they are no part of it. */
    public void follow(int[] before) {
        count = Math.min(WINDOW, before.length);
        System.arraycopy(before, before.length - count, window, 0, count);
        passed = settled(decoded());
    }

    /** Takes the next token; false once a stop string has ended the text. */
    public boolean token(int token) {
        if (count == window.length) {
            slide();
        }
        window[count++] = token;
        String decoded = decoded();
        return pass(decoded, settled(decoded));
    }

    /** The text has ended by itself: nothing waits any more. */
    public void end() {
        String decoded = decoded();
        if (pass(decoded, decoded.length())) {
            stops.end();
        }
    }

    /** What was passed on so far. */
    public String text() {
        return text.toString();
    }

    private boolean pass(String decoded, int end) {
        if (end <= passed) {
            return true;
        }
        String piece = decoded.substring(passed, end);
        passed = end;
        return stops.add(piece);
    }

    /** Forgets the older half of the window. */
    private void slide() {
        int waiting = decoded().length() - passed;
        System.arraycopy(window, count - WINDOW, window, 0, WINDOW);
        count = WINDOW;
        passed = Math.max(0, decoded().length() - waiting);
    }

    private String decoded() {
        return count == 0 ? "" : decode.apply(Arrays.copyOf(window, count));
    }

    /** Length of the text but for what may become another character with the next token. */
    private static int settled(String decoded) {
        int end = decoded.length();
        while (end > 0 && decoded.length() - end < UNFINISHED && decoded.charAt(end - 1) == REPLACEMENT) {
            end--;
        }
        return end;
    }
}
