package org.weft.corpus.tokenizer.bpe;

/** GPT-2's: {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}. */
final class Gpt2PreTokenizer extends PreTokenizer {

    @Override
    int end(byte[] text, int from, int to) {
        int at = text[from] == ' ' && from + 1 < to ? from + 1 : from;
        int character = at(text, at, to);
        int next = at + (character >>> LENGTH);
        if (isIn(LETTERS, character)) {
            return letters(text, next, to);
        }
        if (isIn(OTHERS, character)) {
            if (text[from] == '\'') {
                int contraction = contraction(text, next, to, false);
                if (contraction > next) {
                    return contraction;
                }
            }
            return run(text, next, to, OTHERS);
        }
        return isIn(NUMBERS, character) ? run(text, next, to, NUMBERS) : whitespace(text, from, to, false);
    }
}
