package org.weft.engine;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Keeps no keys and values: each token costs a forward pass over its whole text. What a cache is checked against. */
public final class RecomputingDecoder implements Decoder {
    /** Whose logits are there at once: a vocabulary each. */
    private static final int POSITIONS = 256;

    private final ModelReplica replica;
    private final int[][] texts;
    private final int[][] sources; // what is read beside; of a model that reads nothing else none

    public RecomputingDecoder(ModelReplica replica, int rows) {
        this.replica = replica;
        this.texts = new int[rows][0];
        this.sources = new int[rows][];
    }

    @Override
    public int rows() {
        return texts.length;
    }

    @Override
    public int length(int row) {
        return texts[row].length + (sources[row] == null ? 0 : 1); // with the token that begins an answer
    }

    @Override
    public float[] begin(int row, int[] tokens) {
        boolean answers = replica.encodesSource();
        sources[row] = answers ? tokens.clone() : null;
        texts[row] = answers ? new int[0] : tokens.clone();
        return next(row);
    }

    private float[] next(int row) {
        return sources[row] == null
                ? replica.nextTokenLogits(texts[row])
                : replica.answerLogits(sources[row], texts[row]);
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
            texts[rows[i]] = text;
            logits[i] = next(rows[i]);
        }
        return logits;
    }

    @Override
    public void reorder(int[] from) {
        int[][] held = texts.clone();
        int[][] read = sources.clone();
        for (int row = 0; row < from.length; row++) {
            texts[row] = held[from[row]];
            sources[row] = read[from[row]];
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
