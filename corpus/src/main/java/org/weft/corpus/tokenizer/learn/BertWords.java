package org.weft.corpus.tokenizer.learn;

import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.weft.core.config.TokenizerConfig;

/**
 * BERT's words ({@code BasicTokenizer} of its {@code tokenization.py}): controls go, white space divides, each Chinese
 * character and each punctuation mark is a word, and a tokenizer that knows no capitals knows no accents either.
 */
final class BertWords implements WordCut {
    /** Longer words are unknown to a WordPiece, whatever its vocabulary. */
    static final int MAX_POINTS = 100;

    private static final long serialVersionUID = 1;

    private final boolean lowercase;
    private final boolean splitDigits;

    BertWords(TokenizerConfig config) {
        this.lowercase = config.lowercase();
        this.splitDigits = config.splitDigits();
    }

    @Override
    public Iterator<String> words(String text) {
        return new Words(text);
    }

    /** What white space divides, one after the other, each cut further. */
    private final class Words implements Iterator<String> {
        private final String text;
        private final Deque<String> ready = new ArrayDeque<>();
        private int at;

        Words(String text) {
            this.text = text;
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && at < text.length()) {
                int begun = at;
                while (at < text.length() && !isSpace(text.codePointAt(at))) {
                    at += Character.charCount(text.codePointAt(at));
                }
                cut(text.substring(begun, at));
                at += at < text.length() ? Character.charCount(text.codePointAt(at)) : 0;
            }
            return !ready.isEmpty();
        }

        private void cut(String word) {
            StringBuilder open = new StringBuilder();
            folded(word).codePoints().forEach(point -> {
                if (isControl(point)) {
                    return;
                }
                if (isPunctuation(point) || isChinese(point) || (splitDigits && PatternWords.isNumber(point))) {
                    close(open);
                    ready.add(Character.toString(point));
                } else {
                    open.appendCodePoint(point);
                }
            });
            close(open);
        }

        private void close(StringBuilder open) {
            if (open.length() > 0 && open.codePointCount(0, open.length()) <= MAX_POINTS) {
                ready.add(open.toString());
            }
            open.setLength(0);
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return ready.remove();
        }
    }

    private String folded(String word) {
        if (!lowercase) {
            return word;
        }
        StringBuilder bare = new StringBuilder(word.length());
        Normalizer.normalize(word, Normalizer.Form.NFD)
                .codePoints()
                .filter(point -> Character.getType(point) != Character.NON_SPACING_MARK)
                .forEach(bare::appendCodePoint);
        return bare.toString().toLowerCase(Locale.ROOT);
    }

    private static boolean isSpace(int point) {
        return point == '\t' || point == '\n' || point == '\r' || Character.getType(point) == Character.SPACE_SEPARATOR;
    }

    private static boolean isControl(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> point == 0xFFFD;
        };
    }

    /** Every mark of ASCII's, symbols among them, and Unicode's punctuation. */
    private static boolean isPunctuation(int point) {
        boolean ascii = point > ' ' && point < 0x7F;
        return switch (Character.getType(point)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> ascii && !Character.isLetterOrDigit(point);
        };
    }

    /** The blocks that BERT means by Chinese characters; kana and Hangul are not among them. */
    private static boolean isChinese(int point) {
        return (point >= 0x4E00 && point <= 0x9FFF)
                || (point >= 0x3400 && point <= 0x4DBF)
                || (point >= 0x20000 && point <= 0x2A6DF)
                || (point >= 0x2A700 && point <= 0x2CEAF)
                || (point >= 0xF900 && point <= 0xFAFF)
                || (point >= 0x2F800 && point <= 0x2FA1F);
    }
}
