package org.weft.core.batches;

import java.util.Arrays;
import java.util.List;
import org.weft.core.examples.Example;

/** Examples of several lengths as one batch: each is filled up to the longest among them, not to the model's context. */
public final class PaddedBatch {
    private PaddedBatch() {}

    /**
     * A batch of some examples, in their order. Padding is token 0 and predicts nothing.
     *
     * @param examples B, all with labels of one number K or all without
     * @param tokenTypes whether the model has two token types or more; else all is of one segment
     */
    public static Batch of(List<Example> examples, boolean tokenTypes) {
        int sequences = examples.size();
        int context = examples.stream().mapToInt(Example::length).max().orElseThrow();
        int[] inputs = new int[sequences * context]; // (B, T)
        int[] lengths = examples.stream().mapToInt(Example::length).toArray(); // (B)
        int[] seconds =
                tokenTypes ? examples.stream().mapToInt(Example::secondSegment).toArray() : lengths; // (B)
        for (int b = 0; b < sequences; b++) {
            System.arraycopy(examples.get(b).tokens(), 0, inputs, b * context, lengths[b]);
        }
        Targets asked = examples.get(0).labels() == null ? targets(examples, context) : labels(examples);
        return new Batch(sequences, context, inputs, lengths, seconds, asked);
    }

    private static Targets targets(List<Example> examples, int context) {
        int[] targets = new int[examples.size() * context]; // (B, T)
        Arrays.fill(targets, Batch.IGNORED);
        for (int b = 0; b < examples.size(); b++) {
            int[] own = examples.get(b).targets();
            if (own != null) {
                System.arraycopy(own, 0, targets, b * context, own.length);
            }
        }
        return new Targets.Tokens(targets);
    }

    private static Targets labels(List<Example> examples) {
        float[] first = examples.get(0).labels();
        float[] labels = new float[examples.size() * first.length]; // (B, K)
        for (int b = 0; b < examples.size(); b++) {
            float[] own = examples.get(b).labels();
            if (own == null || own.length != first.length) {
                throw new IllegalArgumentException("batch labels: example=" + b + " actual="
                        + (own == null ? "none" : own.length) + " expected=" + first.length);
            }
            System.arraycopy(own, 0, labels, b * first.length, first.length);
        }
        return new Targets.Labels(labels);
    }
}
