package org.weft.engine;

import java.util.Arrays;

/** Keeps no keys and values: each token costs a forward pass over its whole text. What a cache is checked against. */
final class RecomputingDecoder implements Decoder {
    private final ModelReplica replica;
    private final int[][] texts;

    RecomputingDecoder(ModelReplica replica, int rows) {
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
    public void close() {
        // Nothing is held.
    }
}
