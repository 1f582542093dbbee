package org.weft.core.batches;

import java.io.IOException;
import java.util.Arrays;
import org.weft.core.SplitMix64;
import org.weft.core.tokens.SpecialTokens;

/**
 * Masked language modelling (Devlin et al. 2019, section 3.1): in each sequence a fixed number of tokens is to be
 * predicted, of which 80 % are replaced by the mask, 10 % by a token drawn from the vocabulary, and 10 % kept. Which ones
 * is a function of the sample's key, so that another epoch masks others (Liu et al. 2019). The number is fixed because
 * the loss is a mean over the whole global batch, which no worker sees.
 *
 * <p>With next-sentence prediction a sequence is two segments, of which the second follows the first in the text, or in
 * half of the cases is taken from another sample.
 *
 * <pre>
 *   [CLS] t t t t t t t t t [SEP]          types 0
 *   [CLS] a a a a [SEP] b b b b [SEP]      types 0 up to the first [SEP], then 1
 * </pre>
 *
 * @param context T
 * @param vocabSize V
 * @param targets tokens to predict in each sequence
 * @param tokens the tokenizer's special tokens; a mask it has, and what else it has not is left out of the sequence
 * @param samples of the split; a strange second segment is one of them
 * @param nextSentence whether sequences are pairs
 */
record MaskedTokens(int context, int vocabSize, int targets, SpecialTokens tokens, long samples, boolean nextSentence)
        implements Objective {
    private static final double MASKED = 0.8;
    private static final double REPLACED = 0.9;
    /** Draws that concern the pair come before those of the masks. */
    private static final int PAIR_DRAWS = 2;

    @Override
    public Batch batch(Windows windows, long[] chosen, long[] keys) throws IOException {
        int[] inputs = new int[chosen.length * context]; // (B, T)
        int[] targetTokens = new int[chosen.length * context]; // (B, T)
        int[] seconds = new int[chosen.length]; // (B)
        int[] related = new int[chosen.length]; // (B)
        Arrays.fill(targetTokens, Batch.IGNORED);
        for (int b = 0; b < chosen.length; b++) {
            Row row = new Row(inputs, targetTokens, b * context);
            int[] window = windows.read(chosen[b]);
            if (nextSentence) {
                boolean strange = SplitMix64.uniform(keys[b], 0) < 0.5;
                long other = (long) (SplitMix64.uniform(keys[b], 1) * samples);
                related[b] = strange ? 1 : 0;
                seconds[b] = row.pair(window, strange ? windows.read(other) : window);
            } else {
                row.single(window);
            }
            row.mask(keys[b]);
        }
        if (!nextSentence) {
            return Batch.ofTokens(chosen.length, context, inputs, targetTokens);
        }
        Targets asked = new Targets.Pairs(new Targets.Tokens(targetTokens), related);
        return new Batch(chosen.length, context, inputs, seconds, asked);
    }

    /** One sequence within the batch's arrays. */
    private final class Row {
        private final int[] inputs;
        private final int[] targetTokens;
        private final int start;
        private final int[] eligible = new int[context]; // positions of text
        private int text; // how many they are
        private int length;

        Row(int[] inputs, int[] targetTokens, int start) {
            this.inputs = inputs;
            this.targetTokens = targetTokens;
            this.start = start;
        }

        void single(int[] window) {
            special(tokens.cls());
            words(window, 0, context - length - (tokens.sep() != SpecialTokens.NONE ? 1 : 0));
            special(tokens.sep());
        }

        /** Where the second segment begins. */
        int pair(int[] first, int[] second) {
            int specials = (tokens.cls() != SpecialTokens.NONE ? 1 : 0) + (tokens.sep() != SpecialTokens.NONE ? 2 : 0);
            int half = (context - specials) / 2;
            special(tokens.cls());
            words(first, 0, half);
            special(tokens.sep());
            int boundary = length;
            words(second, half, context - specials - half);
            special(tokens.sep());
            return boundary;
        }

        private void special(int token) {
            if (token != SpecialTokens.NONE) {
                inputs[start + length++] = token;
            }
        }

        private void words(int[] window, int from, int count) {
            for (int i = 0; i < count; i++) {
                eligible[text++] = length;
                inputs[start + length++] = window[from + i];
            }
        }

        /** The first {@code targets} of a Fisher-Yates shuffle. */
        void mask(long key) {
            long draw = PAIR_DRAWS;
            for (int i = 0; i < Math.min(targets, text); i++) {
                int other = i + (int) (SplitMix64.uniform(key, draw++) * (text - i));
                int position = eligible[other];
                eligible[other] = eligible[i];
                int at = start + position;
                targetTokens[at] = inputs[at];
                double kind = SplitMix64.uniform(key, draw++);
                int strange = (int) (SplitMix64.uniform(key, draw++) * vocabSize);
                if (kind < MASKED) {
                    inputs[at] = tokens.mask();
                } else if (kind < REPLACED) {
                    inputs[at] = strange;
                }
            }
        }
    }
}
