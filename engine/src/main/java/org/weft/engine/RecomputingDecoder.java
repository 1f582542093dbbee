package org.weft.engine;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Keeps no keys and values: each token costs a forward pass over its whole text. What a cache is checked against. */
public final class RecomputingDecoder implements Decoder {
    /** Whose logits are there at once: a vocabulary each. */
    private static final int POSITIONS = 256;

    private final ModelReplica replica;
    private final int[][] texts;

    public RecomputingDecoder(ModelReplica replica, int rows) {
        this.replica = replica;
        this.texts = new int[rows][0];
    }

    @Override
    public int rows() {
        return texts.length;
    }

    @Override
    public int length(int row) {
        return texts[row].length;
    }

    @Override
    public float[] begin(int row, int[] tokens) {
        texts[row] = tokens.clone();
        return replica.nextTokenLogits(texts[row]);
    }

    @Override
    public float[] begin(int row, int[] tokens, PromptLogits prompt) {
        for (int start = 0; start < tokens.length - 1; start += POSITIONS) {
            int[] positions = IntStream.range(start, Math.min(start + POSITIONS, tokens.length - 1))
                    .toArray();
            float[][] logits = replica.logits(tokens, positions); // (positions, V)
            for (int i = 0; i < positions.length; i++) {
                prompt.at(positions[i], logits[i]);
            }
        }
        return begin(row, tokens);
    }

    @Override
    public float[][] append(int[] rows, int[] tokens) {
        float[][] logits = new float[rows.length][]; // (rows, V)
        for (int i = 0; i < rows.length; i++) {
            int[] text = Arrays.copyOf(texts[rows[i]], texts[rows[i]].length + 1);
            text[text.length - 1] = tokens[i];
            logits[i] = begin(rows[i], text);
        }
        return logits;
    }

    @Override
    public void reorder(int[] sources) {
        int[][] held = texts.clone();
        for (int row = 0; row < sources.length; row++) {
            texts[row] = held[sources[row]];
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
