package org.weft.corpus.tokenizer.learn;

import java.lang.Character.UnicodeScript;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.weft.core.config.TokenizerConfig;

/**
 * Words of a pattern, cut where the script changes: what Unigram learns from. No piece spans two scripts, and as kana
 * and Chinese characters count as one, Japanese is not taken apart; both as in SentencePiece. Runs without an end, as
 * scripts without blanks have them, are cut after {@value #MAX_POINTS} characters rather than left out.
 */
final class ScriptWords implements WordCut {
    static final int MAX_POINTS = 32;

    private static final long serialVersionUID = 1;

    private final PatternWords matches;

    ScriptWords(TokenizerConfig config) {
        matches = new PatternWords(config, Integer.MAX_VALUE);
    }

    @Override
    public Iterator<String> words(String text) {
        return new Runs(matches.words(text));
    }

    /** Runs of one script, one after the other. */
    private static final class Runs implements Iterator<String> {
        private final Iterator<String> whole;
        private final Deque<String> ready = new ArrayDeque<>();

        Runs(Iterator<String> whole) {
            this.whole = whole;
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && whole.hasNext()) {
                cut(whole.next());
            }
            return !ready.isEmpty();
        }

        private void cut(String word) {
            int begun = 0;
            int points = 0;
            UnicodeScript current = UnicodeScript.INHERITED;
            for (int i = 0; i < word.length(); ) {
                int point = word.codePointAt(i);
                UnicodeScript script = point == ' ' ? UnicodeScript.INHERITED : scriptOf(point);
                boolean changes =
                        script != UnicodeScript.INHERITED && current != UnicodeScript.INHERITED && script != current;
                if (changes || points == MAX_POINTS) {
                    ready.add(word.substring(begun, i));
                    begun = i;
                    points = 0;
                }
                current = script == UnicodeScript.INHERITED ? current : script;
                points++;
                i += Character.charCount(point);
            }
            ready.add(word.substring(begun));
        }

        /** A combining mark belongs to what it stands on, and so does a blank to what follows. */
        private static UnicodeScript scriptOf(int point) {
            UnicodeScript script = UnicodeScript.of(point);
            return switch (script) {
                case HIRAGANA, KATAKANA -> UnicodeScript.HAN;
                case UNKNOWN -> UnicodeScript.COMMON;
                default -> point == 0x30FC ? UnicodeScript.HAN : script; // The mark of a long vowel.
            };
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return ready.remove();
        }
    }
}
