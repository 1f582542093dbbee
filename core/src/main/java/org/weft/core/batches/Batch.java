package org.weft.core.batches;

import java.util.Arrays;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.taught.TeacherLogits;

/**
 * Sequences that are filled up to equal length, with what is to be predicted of them:
 *
 * <pre>
 *   0               second      length      T
 *   | first segment | second    | padding   |
 * </pre>
 *
 * @param sequences B
 * @param context T
 * @param inputs (B, T), row after row
 * @param lengths (B): tokens of each sequence, after which it is filled up; T where it is not, or where no token looks
 *     ahead and padding predicts nothing, so that nobody need know
 * @param seconds (B): where each sequence's second segment begins; its length where it has none
 * @param asked what is to be predicted
 * @param documents where a token looks at its own document alone, where these begin; null where it looks at its whole sequence
 */
public record Batch(
        int sequences, int context, int[] inputs, int[] lengths, int[] seconds, Targets asked, Documents documents)
        implements MicroBatch {
    /** No prediction is asked for at this token. */
    public static final int IGNORED = -1;

    public Batch {
        requireLength("inputs", inputs, sequences, context);
        requireLength("lengths", lengths, sequences, 1);
        requireLength("seconds", seconds, sequences, 1);
        asked.requireShape(sequences, context);
        if (documents != null) {
            documents.requireShape(sequences, context);
        }
    }

    /** Sequences whose tokens look at all of them. */
    public Batch(int sequences, int context, int[] inputs, int[] lengths, int[] seconds, Targets asked) {
        this(sequences, context, inputs, lengths, seconds, asked, null);
    }

    /** Whole sequences of two segments. */
    public Batch(int sequences, int context, int[] inputs, int[] seconds, Targets asked) {
        this(sequences, context, inputs, whole(sequences, context), seconds, asked);
    }

    /** Whole sequences of one segment, whose tokens are to be predicted. */
    public static Batch ofTokens(int sequences, int context, int[] inputs, int[] targets) {
        int[] whole = whole(sequences, context);
        return new Batch(sequences, context, inputs, whole, whole, new Targets.Tokens(targets));
    }

    private static int[] whole(int sequences, int context) {
        int[] lengths = new int[sequences]; // (B)
        Arrays.fill(lengths, context);
        return lengths;
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
        return ofTokens(sequences, context, inputs, targets);
    }

    /** The same tokens, each of which looks at its own document alone. */
    public Batch apart(Documents told) {
        return new Batch(sequences, context, inputs, lengths, seconds, asked, told);
    }

    /** The same tokens, with what a teacher said of what follows each. */
    Batch taught(TeacherLogits.Rows said) {
        return asking(new Targets.Taught(new Targets.Tokens(targets()), said));
    }

    /** The same tokens, of which something else is to be predicted. */
    Batch asking(Targets others) {
        return new Batch(sequences, context, inputs, lengths, seconds, others, documents);
    }

    /**
     * Some of the sequences, filled up to the longest among them alone, with the targets of their tokens.
     *
     * @param chosen which, from 0
     * @throws IllegalArgumentException where something else than tokens is asked for, or documents are apart
     */
    public Batch only(int[] chosen) {
        if (!(asked instanceof Targets.Tokens) || documents != null) {
            throw new IllegalArgumentException("only sequences whose tokens are asked for can be taken out of a batch");
        }
        int longest = Arrays.stream(chosen).map(row -> lengths[row]).max().orElseThrow();
        int[] tokens = new int[chosen.length * longest]; // (b, t)
        int[] targets = new int[chosen.length * longest]; // (b, t)
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(inputs, chosen[i] * context, tokens, i * longest, longest);
            System.arraycopy(asked.ofTokens(), chosen[i] * context, targets, i * longest, longest);
        }
        int[] theirs = Arrays.stream(chosen).map(row -> lengths[row]).toArray(); // (b)
        int[] second = Arrays.stream(chosen).map(row -> seconds[row]).toArray(); // (b)
        return new Batch(chosen.length, longest, tokens, theirs, second, new Targets.Tokens(targets));
    }

    /** Number of tokens at which there is something to predict; of sequences where they have labels, of pairs of answers. */
    @Override
    public long targetCount() {
        return asked.count(sequences);
    }

    @Override
    public long targetCount(int sequence) {
        return asked.countOf(sequence, context);
    }

    @Override
    public int figured() {
        return asked instanceof Targets.Preferences ? sequences : 0;
    }

    @Override
    public Map<String, Double> figures(double[] nats) {
        return asked instanceof Targets.Preferences pairs
                ? pairs.costs(nats).scores().sums()
                : Map.of();
    }

    /** What is to be predicted at each token; fails where that is not what is asked. (B, T) */
    public int[] targets() {
        return asked.ofTokens();
    }

    /** What is to be predicted of each sequence; fails where that is not what is asked. (B, K) */
    public float[] labels() {
        return asked.ofSequences();
    }

    /** Whether a sequence is filled up. */
    public boolean padded() {
        return Arrays.stream(lengths).anyMatch(length -> length < context);
    }

    /** Whether a sequence has a second segment. */
    public boolean segmented() {
        return !Arrays.equals(seconds, lengths);
    }

    /** The segment of each token, 0 or 1; 0 where a sequence is filled up. (B, T) */
    public int[] types() {
        int[] types = new int[sequences * context]; // (B, T)
        for (int sequence = 0; sequence < sequences; sequence++) {
            int start = sequence * context;
            Arrays.fill(types, start + seconds[sequence], start + lengths[sequence], 1);
        }
        return types;
    }

    /** What a causal batch was made of. (B, T + 1) */
    public int[] tokens() {
        int[] tokens = new int[sequences * (context + 1)]; // (B, T + 1)
        for (int sequence = 0; sequence < sequences; sequence++) {
            int to = sequence * (context + 1);
            System.arraycopy(inputs, sequence * context, tokens, to, context);
            tokens[to + context] = targets()[sequence * context + context - 1];
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

    static void requireLength(String what, int[] values, int sequences, int length) {
        if (values.length != sequences * length) {
            throw new IllegalArgumentException("batch " + what + ": actual=" + values.length + " expected="
                    + sequences * length + " sequences=" + sequences + " context=" + length);
        }
    }
}
