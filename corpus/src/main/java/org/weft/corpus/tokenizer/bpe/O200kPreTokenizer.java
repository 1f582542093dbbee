package org.weft.corpus.tokenizer.bpe;

import static org.weft.corpus.tokenizer.bpe.CharacterClasses.CASELESS;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.LOWER;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.MARK;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.NUMBER;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.SPACE;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.UPPER;

/**
 * That of o200k_base. Words are cut where capitals begin:
 * {@code [^\r\n\p{L}\p{N}]?X*Y+C?|[^\r\n\p{L}\p{N}]?X+Y*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+}
 * with X = {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]}, Y = {@code [\p{Ll}\p{Lm}\p{Lo}\p{M}]}, C =
 * {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)}.
 */
final class O200kPreTokenizer extends PreTokenizer {
    private static final int X = 1 << UPPER | 1 << CASELESS | 1 << MARK;
    private static final int Y = 1 << LOWER | 1 << CASELESS | 1 << MARK;
    private static final int BEFORE_LETTERS = OTHERS | 1 << SPACE;
    private static final int DIGITS = 3;

    @Override
    int end(byte[] text, int from, int to) {
        int character = at(text, from, to);
        int next = from + (character >>> LENGTH);
        boolean before = isIn(BEFORE_LETTERS, character);
        boolean first = isIn(LETTERS | 1 << MARK, character); // a mark is both
        int word = before ? lowers(text, next, to) : 0;
        if (word == 0 && first) {
            word = lowers(text, from, to);
        }
        if (word == 0) {
            int at = before ? next : from;
            int end = before || first ? run(text, at, to, X) : at;
            word = end > at ? end : 0;
        }
        if (word == 0) {
            return withoutLetters(text, from, to, character);
        }
        return word < to && text[word] == '\'' ? withContraction(text, word, to) : word;
    }

    /** Behind {@code X*Y+}; 0 where that does not stand there. */
    private int lowers(byte[] text, int from, int to) {
        int at = from;
        int caseless = 0; // behind the last character that is X and Y
        while (at < to) {
            int character = at(text, at, to);
            if (!isIn(X, character)) {
                break;
            }
            at += character >>> LENGTH;
            caseless = isIn(Y, character) ? at : caseless;
        }
        int end = run(text, asciiLowers(text, at, to), to, Y);
        return end > at ? end : caseless;
    }

    private static int withContraction(byte[] text, int apostrophe, int to) {
        int end = contraction(text, apostrophe + 1, to, true);
        return end > apostrophe + 1 ? end : apostrophe;
    }

    private int withoutLetters(byte[] text, int from, int to, int character) {
        int next = from + (character >>> LENGTH);
        if ((character & CLASS) == NUMBER) {
            return numbers(text, next, to, DIGITS);
        }
        boolean blank = text[from] == ' ' && next < to;
        if (isIn(OTHERS, character) || blank && isIn(OTHERS, at(text, next, to))) {
            int at = run(text, next, to, OTHERS);
            while (at < to && (text[at] == '\r' || text[at] == '\n' || text[at] == '/')) {
                at++;
            }
            return at;
        }
        return whitespace(text, from, to, true);
    }
}
