package org.weft.core.batches;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.weft.core.SplitMix64;
import org.weft.core.tokens.SpecialTokens;
import org.weft.core.tokens.Window;

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
 * @param nextSentence whether sequences are pairs; a strange second segment is of another window of the same source
 * @param apart whether a token looks at its own document alone, and is placed in it; of sequences that are no pairs
 */
record MaskedTokens(int context, int vocabSize, int targets, SpecialTokens tokens, boolean nextSentence, boolean apart)
        implements Objective {
    private static final double MASKED = 0.8;
    private static final double REPLACED = 0.9;
    /** Draws that concern the pair come before those of the masks. */
    private static final int PAIR_DRAWS = 2;

    @Override
    public Batch batch(List<Chosen> chosen) throws IOException {
        int sequences = chosen.size();
        int[] inputs = new int[sequences * context]; // (B, T)
        int[] targetTokens = new int[sequences * context]; // (B, T)
        int[] seconds = new int[sequences]; // (B)
        int[] related = new int[sequences]; // (B)
        int[][] breaks = new int[sequences][];
        Arrays.fill(targetTokens, Batch.IGNORED);
        for (int b = 0; b < sequences; b++) {
            Chosen one = chosen.get(b);
            Row row = new Row(inputs, targetTokens, b * context);
            Window window = one.windows().read(one.index());
            if (nextSentence) {
                boolean strange = SplitMix64.uniform(one.key(), 0) < 0.5;
                long other =
                        (long) (SplitMix64.uniform(one.key(), 1) * one.windows().count());
                related[b] = strange ? 1 : 0;
                int[] second = (strange ? one.windows().read(other) : window).tokens();
                seconds[b] = row.pair(window.tokens(), second);
            } else {
                breaks[b] = row.single(window);
            }
            row.mask(one.key());
        }
        if (!nextSentence) {
            Batch batch = Batch.ofTokens(sequences, context, inputs, targetTokens);
            return apart ? batch.apart(Documents.of(context, breaks)) : batch;
        }
        Targets asked = new Targets.Pairs(new Targets.Tokens(targetTokens), related);
        return new Batch(sequences, context, inputs, seconds, asked);
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

        /** Where documents begin; [CLS] is of the first, [SEP] of the last. */
        int[] single(Window window) {
            special(tokens.cls());
            int first = length;
            int count = context - length - (tokens.sep() != SpecialTokens.NONE ? 1 : 0);
            words(window.tokens(), 0, count);
            special(tokens.sep());
            return Arrays.stream(window.breaks())
                    .filter(at -> at < count)
                    .map(at -> first + at)
                    .toArray();
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
