package org.weft.corpus.tokenizer.learn;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TokenizerConfig.Form;
import org.weft.corpus.tokenizer.bpe.PretokenizerPattern;

/**
 * The matches of a named pattern in the normalized text: the words of a byte-level BPE. Longer ones than
 * {@value #MAX_WORD_BYTES} bytes, such as encoded binary data, teach nothing and are left out.
 */
final class PatternWords implements WordCut {
    static final int MAX_WORD_BYTES = 256;

    private static final long serialVersionUID = 1;

    private final Pattern pattern;
    private final Form form;
    private final boolean lowercase;
    private final boolean splitDigits;
    private final boolean addPrefixSpace;
    private final int maxBytes;

    PatternWords(TokenizerConfig config) {
        this(config, MAX_WORD_BYTES);
    }

    /**
     * @param maxBytes of a word that is not left out
     */
    PatternWords(TokenizerConfig config, int maxBytes) {
        this.pattern = PretokenizerPattern.of(config.pretokenizer(), PretokenizerPattern.GPT2)
                .compile();
        this.form = config.normalizer();
        this.lowercase = config.lowercase();
        this.splitDigits = config.splitDigits();
        this.addPrefixSpace = config.addPrefixSpace();
        this.maxBytes = maxBytes;
    }

    @Override
    public Iterator<String> words(String text) {
        return new Words(normalized(text));
    }

    private String normalized(String text) {
        String formed =
                switch (form) {
                    case NONE -> text;
                    case NFC -> Normalizer.normalize(text, Normalizer.Form.NFC);
                    case NFKC -> Normalizer.normalize(text, Normalizer.Form.NFKC);
                };
        String lower = lowercase ? formed.toLowerCase(Locale.ROOT) : formed;
        return addPrefixSpace && !lower.isEmpty() ? " " + lower : lower;
    }

    /** Matches one after the other, each cut at its digits where that is asked for. */
    private final class Words implements Iterator<String> {
        private final Matcher matches;
        private final Deque<String> ready = new ArrayDeque<>();

        Words(String text) {
            matches = pattern.matcher(text);
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && matches.find()) {
                if (splitDigits) {
                    atDigits(matches.group());
                } else {
                    offer(matches.start(), matches.end());
                }
            }
            return !ready.isEmpty();
        }

        private void offer(int start, int end) {
            if (end - start <= maxBytes) {
                offer(matches.group());
            }
        }

        private void offer(String word) {
            if (!word.isEmpty() && word.getBytes(StandardCharsets.UTF_8).length <= maxBytes) {
                ready.add(word);
            }
        }

        private void atDigits(String word) {
            int begun = 0;
            for (int i = 0; i < word.length(); ) {
                int next = i + Character.charCount(word.codePointAt(i));
                if (isNumber(word.codePointAt(i))) {
                    offer(word.substring(begun, i));
                    offer(word.substring(i, next));
                    begun = next;
                }
                i = next;
            }
            offer(word.substring(begun));
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return ready.remove();
        }
    }

    static boolean isNumber(int point) {
        int type = Character.getType(point);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }
}
