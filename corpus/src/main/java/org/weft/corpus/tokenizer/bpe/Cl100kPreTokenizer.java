package org.weft.corpus.tokenizer.bpe;

import static org.weft.corpus.tokenizer.bpe.CharacterClasses.NEWLINE;
import static org.weft.corpus.tokenizer.bpe.CharacterClasses.SPACE;

/**
 * That of cl100k_base and Llama 3, with one digit at a time that of Qwen:
 * {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+}.
 */
final class Cl100kPreTokenizer extends PreTokenizer {
    private static final int BEFORE_LETTERS = OTHERS | 1 << SPACE;

    private final int digits;

    /** @param digits the most that are one piece */
    Cl100kPreTokenizer(int digits) {
        this.digits = digits;
    }

    @Override
    int end(byte[] text, int from, int to) {
        int character = at(text, from, to);
        int next = from + (character >>> LENGTH);
        if (isIn(LETTERS, character)) {
            return letters(text, next, to);
        }
        if (isIn(BEFORE_LETTERS, character) && next < to && isIn(LETTERS, at(text, next, to))) {
            int contraction = text[from] == '\'' ? contraction(text, next, to, true) : next;
            return contraction > next ? contraction : letters(text, next, to);
        }
        return withoutLetters(text, from, to, character);
    }

    private int withoutLetters(byte[] text, int from, int to, int character) {
        int next = from + (character >>> LENGTH);
        switch (character & CLASS) {
            case CharacterClasses.NUMBER:
                return numbers(text, next, to, digits);
            case SPACE:
                if (text[from] == ' ' && next < to && isIn(OTHERS, at(text, next, to))) {
                    return run(text, run(text, next, to, OTHERS), to, 1 << NEWLINE);
                }
                return whitespace(text, from, to, true);
            case NEWLINE:
                return whitespace(text, from, to, true);
            default: // OTHER, MARK
                return run(text, run(text, next, to, OTHERS), to, 1 << NEWLINE);
        }
    }
}
