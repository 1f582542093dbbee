package org.weft.core.batches;

import java.util.Arrays;

/**
 * What is to be predicted of a batch: something at each token, that and something of each pair of segments, or something of
 * each sequence as a whole.
 *
 * <p>B sequences, T tokens, K numbers of a sequence.
 */
public sealed interface Targets {
    /** Number of things to predict in B sequences. */
    long count(int sequences);

    /** Number of things to predict in one sequence of T tokens. */
    long countOf(int sequence, int context);

    /** What is to be predicted at each token, {@link Batch#IGNORED} where there is nothing. (B, T) */
    default int[] ofTokens() {
        throw new IllegalStateException("this batch has labels of sequences, not targets of tokens");
    }

    /** What is to be predicted of each sequence as a whole, row after row. (B, K) */
    default float[] ofSequences() {
        throw new IllegalStateException("this batch has targets of tokens, not labels of sequences");
    }

    /** Fails where they are not those of B sequences of T tokens. */
    void requireShape(int sequences, int context);

    /**
     * Of tokens.
     *
     * @param ids (B, T): a token or a class, or {@link Batch#IGNORED} where there is nothing to predict
     */
    record Tokens(int[] ids) implements Targets {
        @Override
        public long count(int sequences) {
            return Arrays.stream(ids).filter(id -> id != Batch.IGNORED).count();
        }

        @Override
        public long countOf(int sequence, int context) {
            return Arrays.stream(ids, sequence * context, (sequence + 1) * context)
                    .filter(id -> id != Batch.IGNORED)
                    .count();
        }

        @Override
        public int[] ofTokens() {
            return ids;
        }

        @Override
        public void requireShape(int sequences, int context) {
            Batch.requireLength("targets", ids, sequences, context);
        }
    }

    /**
     * Of tokens, and of the pair that each sequence is.
     *
     * @param tokens what is to be predicted at each token; these alone are counted
     * @param related (B): 0 where a sequence's second segment follows its first, else 1
     */
    record Pairs(Tokens tokens, int[] related) implements Targets {
        @Override
        public long count(int sequences) {
            return tokens.count(sequences);
        }

        @Override
        public long countOf(int sequence, int context) {
            return tokens.countOf(sequence, context);
        }

        @Override
        public int[] ofTokens() {
            return tokens.ofTokens();
        }

        @Override
        public void requireShape(int sequences, int context) {
            tokens.requireShape(sequences, context);
            Batch.requireLength("related", related, sequences, 1);
        }
    }

    /**
     * Of whole sequences.
     *
     * @param values (B, K), row after row: numbers that are the task's to read
     */
    record Labels(float[] values) implements Targets {
        @Override
        public long count(int sequences) {
            return sequences;
        }

        @Override
        public long countOf(int sequence, int context) {
            return 1;
        }

        @Override
        public float[] ofSequences() {
            return values;
        }

        @Override
        public void requireShape(int sequences, int context) {
            if (values.length % sequences != 0) {
                throw new IllegalArgumentException("batch labels: actual=" + values.length
                        + " are not the same number for each of sequences=" + sequences);
            }
        }
    }
}
