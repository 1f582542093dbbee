package org.weft.core.batches;

import java.util.Arrays;
import org.weft.core.WeftException;

/**
 * Sequences of equal length with what is to be predicted at each of their tokens.
 *
 * @param sequences B
 * @param context T
 * @param inputs (B, T), row after row
 * @param targets (B, T): the token to predict, or {@link #IGNORED} where there is none
 * @param types (B, T): the segment that each token belongs to; null where all are of segment 0
 * @param related (B): 0 where a sequence's second segment follows its first, else 1; null where that is not asked
 * @param lengths (B): tokens of each sequence, after which it is filled up; null where none is
 * @param labels (B, K): what is to be predicted of each sequence as a whole, K numbers that are the task's to read; null
 *     where tokens are predicted
 */
public record Batch(
        int sequences,
        int context,
        int[] inputs,
        int[] targets,
        int[] types,
        int[] related,
        int[] lengths,
        float[] labels)
        implements MicroBatch {
    /** No prediction is asked for at this token. */
    public static final int IGNORED = -1;

    public Batch {
        requireLength("inputs", inputs, sequences, context);
        requireLength("targets", targets, sequences, context);
        if (types != null) {
            requireLength("types", types, sequences, context);
        }
        if (related != null) {
            requireLength("related", related, sequences, 1);
        }
        if (lengths != null) {
            requireLength("lengths", lengths, sequences, 1);
        }
    }

    /** Whole sequences, of which tokens are predicted. */
    public Batch(int sequences, int context, int[] inputs, int[] targets, int[] types, int[] related) {
        this(sequences, context, inputs, targets, types, related, null, null);
    }

    /**
     * Each token predicts the one that follows.
     *
     * @param tokens (B, T + 1), row after row: the inputs are the first T of each, the targets the last T
     */
    public static Batch causal(int sequences, int context, int[] tokens) {
        requireLength("tokens", tokens, sequences, context + 1);
        int[] inputs = new int[sequences * context]; // (B, T)
        int[] targets = new int[sequences * context]; // (B, T)
        for (int sequence = 0; sequence < sequences; sequence++) {
            int from = sequence * (context + 1);
            System.arraycopy(tokens, from, inputs, sequence * context, context);
            System.arraycopy(tokens, from + 1, targets, sequence * context, context);
        }
        return new Batch(sequences, context, inputs, targets, null, null);
    }

    /** Number of tokens at which there is something to predict; of sequences where they have labels. */
    @Override
    public long targetCount() {
        if (labels != null) {
            return sequences;
        }
        return Arrays.stream(targets).filter(target -> target != IGNORED).count();
    }

    /** What a causal batch was made of. (B, T + 1) */
    public int[] tokens() {
        int[] tokens = new int[sequences * (context + 1)]; // (B, T + 1)
        for (int sequence = 0; sequence < sequences; sequence++) {
            int to = sequence * (context + 1);
            System.arraycopy(inputs, sequence * context, tokens, to, context);
            tokens[to + context] = targets[sequence * context + context - 1];
        }
        return tokens;
    }

    /**
     * Fails where one is no token of a vocabulary.
     *
     * @param least 0, or {@link #IGNORED}
     */
    public static void requireIds(int[] tokens, int least, int vocabSize) {
        for (int position = 0; position < tokens.length; position++) {
            if (tokens[position] < least || tokens[position] >= vocabSize) {
                throw WeftException.invalidData(
                        "token id " + tokens[position] + " at position " + position
                                + " is outside the model's vocabulary of " + vocabSize,
                        "the tokens come from another tokenizer than the model's: prepare the corpus again");
            }
        }
    }

    private static void requireLength(String what, int[] values, int sequences, int length) {
        if (values.length != sequences * length) {
            throw new IllegalArgumentException("batch " + what + ": actual=" + values.length + " expected="
                    + sequences * length + " sequences=" + sequences + " context=" + length);
        }
    }
}
