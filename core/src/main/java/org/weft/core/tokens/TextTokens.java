package org.weft.core.tokens;

import java.util.BitSet;

/**
 * Which ids a generated text may be made of, and which end it. Rows of a model beyond its tokenizer's vocabulary, and gaps
 * in it, spell nothing: they pad a matrix.
 *
 * @param spelt ids that the tokenizer has a text for; null for every one
 * @param ends ids that end a text, and are no part of it
 */
public record TextTokens(BitSet spelt, BitSet ends) {

    /** Every id may be chosen, and one of them ends a text. */
    public static TextTokens endedBy(int id) {
        TextTokens tokens = endless();
        tokens.ends.set(id);
        return tokens;
    }

    /** Every id may be chosen, and none ends a text. */
    public static TextTokens endless() {
        return new TextTokens(null, new BitSet());
    }

    /** Whether a token ends a text. */
    public boolean end(int id) {
        return ends.get(id);
    }

    /**
     * Takes from the ids that spell nothing every chance to be chosen.
     *
     * @param logits (V), changed in place
     */
    public float[] choosable(float[] logits) {
        if (spelt != null) {
            for (int id = spelt.nextClearBit(0); id < logits.length; id = spelt.nextClearBit(id + 1)) {
                logits[id] = -Float.MAX_VALUE; // Finite, for who divides or adds.
            }
        }
        return logits;
    }
}
