package org.weft.engine;

import java.util.Arrays;
import org.weft.core.batches.Batch;
import org.weft.core.model.TaskHead;

/**
 * Counts what a task's head predicts against what is true: of K classes how often each was predicted rightly, predicted,
 * and there. Of equal outputs the first counts. Ends of a span are judged one by one, over all tokens of the sequence.
 *
 * <p>B sequences, T tokens, K outputs.
 */
public final class ClassCounts {
    private static final int[] NONE = {};

    private final int classes;
    private final int[] counts; // (3, K)

    private ClassCounts(int classes) {
        this.classes = classes;
        counts = new int[3 * classes];
    }

    /**
     * @param outputs (B, K), or (B T, K) where tokens are judged
     * @return as in {@link Evaluated}
     */
    public static int[] of(TaskHead head, float[][] outputs, Batch batch) {
        return switch (head.kind()) {
            case CLASSES -> classes(head.outputs(), outputs, batch.labels());
            case TOKEN_CLASSES -> tokens(head.outputs(), outputs, batch.targets());
            case BITS -> bits(head.outputs(), outputs, batch.labels());
            case SPAN -> spans(outputs, batch);
            case VALUES, LANGUAGE -> NONE;
        };
    }

    private static int[] classes(int classes, float[][] outputs, float[] labels) {
        ClassCounts counted = new ClassCounts(classes);
        for (int row = 0; row < outputs.length; row++) {
            counted.add(greatest(outputs[row]), (int) labels[row]);
        }
        return counted.ofThoseSeen();
    }

    private static int[] tokens(int classes, float[][] outputs, int[] targets) {
        ClassCounts counted = new ClassCounts(classes);
        for (int row = 0; row < outputs.length; row++) {
            if (targets[row] != Batch.IGNORED) {
                counted.add(greatest(outputs[row]), targets[row]);
            }
        }
        return counted.ofThoseSeen();
    }

    private static int[] bits(int classes, float[][] outputs, float[] labels) {
        ClassCounts counted = new ClassCounts(classes);
        for (int row = 0; row < outputs.length; row++) {
            for (int k = 0; k < classes; k++) {
                counted.add(k, outputs[row][k] > 0, labels[row * classes + k] > 0);
            }
        }
        return counted.ofThoseSeen();
    }

    private static int[] spans(float[][] outputs, Batch batch) {
        ClassCounts counted = new ClassCounts(1);
        int context = batch.context();
        for (int sequence = 0; sequence < batch.sequences(); sequence++) {
            int length = batch.lengths() == null ? context : batch.lengths()[sequence];
            boolean right = true;
            for (int end = 0; end < 2; end++) {
                int found = greatest(outputs, sequence * context, length, end);
                right &= found == (int) batch.labels()[2 * sequence + end];
            }
            counted.counts[0] += right ? 1 : 0;
            counted.counts[1]++;
            counted.counts[2]++;
        }
        return counted.ofThoseSeen();
    }

    /** (n, 4) */
    private int[] ofThoseSeen() {
        int[] rows = new int[4 * classes];
        int n = 0;
        for (int k = 0; k < classes; k++) {
            int predicted = counts[classes + k];
            int there = counts[2 * classes + k];
            if (predicted + there > 0) {
                rows[4 * n] = k;
                rows[4 * n + 1] = counts[k];
                rows[4 * n + 2] = predicted;
                rows[4 * n + 3] = there;
                n++;
            }
        }
        return Arrays.copyOf(rows, 4 * n);
    }

    private void add(int predicted, int there) {
        counts[predicted] += predicted == there ? 1 : 0;
        counts[classes + predicted]++;
        counts[2 * classes + there]++;
    }

    private void add(int of, boolean predicted, boolean there) {
        counts[of] += predicted && there ? 1 : 0;
        counts[classes + of] += predicted ? 1 : 0;
        counts[2 * classes + of] += there ? 1 : 0;
    }

    private static int greatest(float[] outputs) {
        int greatest = 0;
        for (int k = 1; k < outputs.length; k++) {
            greatest = outputs[k] > outputs[greatest] ? k : greatest;
        }
        return greatest;
    }

    private static int greatest(float[][] outputs, int from, int length, int column) {
        int greatest = 0;
        for (int t = 1; t < length; t++) {
            greatest = outputs[from + t][column] > outputs[from + greatest][column] ? t : greatest;
        }
        return greatest;
    }
}
