package org.weft.core.batches;

import java.util.Arrays;
import org.weft.core.taught.TeacherLogits;

/**
 * What is to be predicted of a batch: something at each token, that and something of each pair of segments, something of each
 * sequence as a whole, which of two answers is the better one, or which texts are near.
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

    /** Of tokens, which alone are counted, and something beside them. */
    sealed interface OverTokens extends Targets permits Pairs, Taught {
        /** What is to be predicted at each token. */
        Tokens tokens();

        @Override
        default long count(int sequences) {
            return tokens().count(sequences);
        }

        @Override
        default long countOf(int sequence, int context) {
            return tokens().countOf(sequence, context);
        }

        @Override
        default int[] ofTokens() {
            return tokens().ofTokens();
        }
    }

    /**
     * Of tokens, and of the pair that each sequence is.
     *
     * @param tokens what is to be predicted at each token; these alone are counted
     * @param related (B): 0 where a sequence's second segment follows its first, else 1
     */
    record Pairs(Tokens tokens, int[] related) implements OverTokens {
        @Override
        public void requireShape(int sequences, int context) {
            tokens.requireShape(sequences, context);
            Batch.requireLength("related", related, sequences, 1);
        }
    }

    /**
     * Of tokens, of which a teacher said which are likely.
     *
     * @param tokens what is to be predicted at each token
     * @param said at each token, whether it is asked for or not
     */
    record Taught(Tokens tokens, TeacherLogits.Rows said) implements OverTokens {
        @Override
        public void requireShape(int sequences, int context) {
            tokens.requireShape(sequences, context);
            Batch.requireLength("a teacher's tokens", said.ids(), sequences * context, said.k());
        }
    }

    /**
     * Of pairs of answers, the better one of which is to become likelier than the other: sequences 2 i and 2 i + 1 are a pair, the
     * better one first.
     *
     * @param tokens of the answers
     * @param reference (B): log-probability of each answer by the model at the start
     */
    record Preferences(Tokens tokens, float[] reference, PreferenceLoss loss) implements Targets {
        /** Pairs. */
        @Override
        public long count(int sequences) {
            return sequences / 2;
        }

        @Override
        public long countOf(int sequence, int context) {
            return tokens.countOf(sequence, context);
        }

        @Override
        public void requireShape(int sequences, int context) {
            tokens.requireShape(sequences, context);
            if (sequences % 2 != 0 || reference.length != sequences) {
                throw new IllegalArgumentException("batch of pairs: sequences=" + sequences + " reference="
                        + reference.length + " must be even and equal");
            }
        }

        /**
         * What the pairs cost.
         *
         * @param nats (B): what each answer costs, its negative log-probability
         */
        public PreferenceCosts costs(double[] nats) {
            return PreferenceCosts.of(this, nats);
        }
    }

    /**
     * Of texts, that some are near and others far: sequences {@code parts} i and the one after it are an anchor and its positive, and
     * where there are three parts the next is a negative of theirs. What belongs to another anchor of the batch is far.
     *
     * @param parts of each example, 2 or 3
     * @param scale of cosines before softmax
     * @param symmetric whether positives look for their anchors, too
     */
    record Contrast(int parts, double scale, boolean symmetric) implements Targets {
        /** Anchors. */
        @Override
        public long count(int sequences) {
            return sequences / parts;
        }

        @Override
        public long countOf(int sequence, int context) {
            return sequence % parts == 0 ? 1 : 0;
        }

        @Override
        public void requireShape(int sequences, int context) {
            if (parts < 2 || parts > 3 || sequences % parts != 0) {
                throw new IllegalArgumentException(
                        "batch of texts: sequences=" + sequences + " parts=" + parts + " do not go together");
            }
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
