package org.weft.core.batches;

import java.util.Arrays;
import java.util.List;
import org.weft.core.examples.Example;

/** Examples of several lengths as one batch: each is filled up to the longest among them, not to the model's context. */
public final class PaddedBatch {
    private PaddedBatch() {}

    /**
     * A batch of some examples, in their order. Padding is token 0 of type 0 and predicts nothing.
     *
     * @param examples B, all with labels of one number K or all without
     * @param tokenTypes whether the model has two token types or more; types are given only where one of the examples has
     *     a second segment
     */
    public static Batch of(List<Example> examples, boolean tokenTypes) {
        int sequences = examples.size();
        int context = examples.stream().mapToInt(Example::length).max().orElseThrow();
        int[] inputs = new int[sequences * context]; // (B, T)
        int[] targets = new int[sequences * context]; // (B, T)
        int[] types = tokenTypes && examples.stream().anyMatch(e -> e.secondSegment() < e.length())
                ? new int[sequences * context]
                : null; // (B, T)
        int[] lengths = examples.stream().mapToInt(Example::length).toArray(); // (B)
        Arrays.fill(targets, Batch.IGNORED);
        for (int b = 0; b < sequences; b++) {
            Example example = examples.get(b);
            int start = b * context;
            System.arraycopy(example.tokens(), 0, inputs, start, example.length());
            if (example.targets() != null) {
                System.arraycopy(example.targets(), 0, targets, start, example.length());
            }
            if (types != null) {
                Arrays.fill(types, start + example.secondSegment(), start + example.length(), 1);
            }
        }
        boolean padded = Arrays.stream(lengths).anyMatch(length -> length < context);
        return new Batch(sequences, context, inputs, targets, types, null, padded ? lengths : null, labels(examples));
    }

    /** (B, K), or null. */
    private static float[] labels(List<Example> examples) {
        float[] first = examples.get(0).labels();
        if (first == null) {
            return null;
        }
        float[] labels = new float[examples.size() * first.length];
        for (int b = 0; b < examples.size(); b++) {
            float[] own = examples.get(b).labels();
            if (own == null || own.length != first.length) {
                throw new IllegalArgumentException("batch labels: example=" + b + " actual="
                        + (own == null ? "none" : own.length) + " expected=" + first.length);
            }
            System.arraycopy(own, 0, labels, b * first.length, first.length);
        }
        return labels;
    }
}
