package org.weft.engine;

import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.batches.Batch;
import org.weft.core.model.ClassTally;
import org.weft.core.model.TaskHead;

/**
 * Counts what a task's head predicts against what is true: of K classes how often each was predicted rightly, predicted,
 * and there. Of equal outputs the first counts. Ends of a span are judged one by one, over all tokens of the sequence.
 *
 * <p>B sequences, T tokens, K outputs.
 */
public final class ClassCounts {
    private final int[] right; // (K)
    private final int[] predicted; // (K)
    private final int[] there; // (K)

    private ClassCounts(int classes) {
        right = new int[classes];
        predicted = new int[classes];
        there = new int[classes];
    }

    /**
     * @param outputs (B, K), or (B T, K) where tokens are judged; (B, C) of texts that are near or far
     * @return the classes that were predicted or there, in order
     */
    public static List<ClassTally> of(TaskHead head, float[][] outputs, Batch batch) {
        return switch (head.kind()) {
            case CLASSES -> classes(head.outputs(), outputs, batch.labels());
            case TOKEN_CLASSES -> tokens(head.outputs(), outputs, batch.targets());
            case BITS -> bits(head.outputs(), outputs, batch.labels());
            case SPAN -> spans(outputs, batch);
            case EMBEDDING -> ofNearest(outputs);
            case VALUES, LANGUAGE -> List.of();
        };
    }

    /**
     * How many rows are nearest to the candidate of their own number: all of one class.
     *
     * @param scores (B, C)
     */
    private static List<ClassTally> ofNearest(float[][] scores) {
        int right = 0;
        for (int row = 0; row < scores.length; row++) {
            right += greatest(scores[row]) == row ? 1 : 0;
        }
        return List.of(new ClassTally(0, right, scores.length, scores.length));
    }

    private static List<ClassTally> classes(int classes, float[][] outputs, float[] labels) {
        ClassCounts counted = new ClassCounts(classes);
        int perRow = labels.length / Math.max(1, outputs.length); // the class stands first
        for (int row = 0; row < outputs.length; row++) {
            counted.add(greatest(outputs[row]), (int) labels[row * perRow]);
        }
        return counted.ofThoseSeen();
    }

    private static List<ClassTally> tokens(int classes, float[][] outputs, int[] targets) {
        ClassCounts counted = new ClassCounts(classes);
        for (int row = 0; row < outputs.length; row++) {
            if (targets[row] != Batch.IGNORED) {
                counted.add(greatest(outputs[row]), targets[row]);
            }
        }
        return counted.ofThoseSeen();
    }

    private static List<ClassTally> bits(int classes, float[][] outputs, float[] labels) {
        ClassCounts counted = new ClassCounts(classes);
        for (int row = 0; row < outputs.length; row++) {
            for (int k = 0; k < classes; k++) {
                counted.add(k, outputs[row][k] > 0, labels[row * classes + k] > 0);
            }
        }
        return counted.ofThoseSeen();
    }

    private static List<ClassTally> spans(float[][] outputs, Batch batch) {
        ClassCounts counted = new ClassCounts(1);
        int context = batch.context();
        int perSequence = batch.labels().length / batch.sequences(); // the two ends stand first
        for (int sequence = 0; sequence < batch.sequences(); sequence++) {
            int length = batch.lengths()[sequence];
            boolean both = true;
            for (int end = 0; end < 2; end++) {
                int found = greatest(outputs, sequence * context, length, end);
                both &= found == (int) batch.labels()[perSequence * sequence + end];
            }
            counted.add(0, both, true);
            counted.predicted[0] += both ? 0 : 1; // There is always an answer.
        }
        return counted.ofThoseSeen();
    }

    private List<ClassTally> ofThoseSeen() {
        return IntStream.range(0, there.length)
                .filter(k -> predicted[k] + there[k] > 0)
                .mapToObj(k -> new ClassTally(k, right[k], predicted[k], there[k]))
                .toList();
    }

    private void add(int found, int truth) {
        right[found] += found == truth ? 1 : 0;
        predicted[found]++;
        there[truth]++;
    }

    private void add(int of, boolean found, boolean truth) {
        right[of] += found && truth ? 1 : 0;
        predicted[of] += found ? 1 : 0;
        there[of] += truth ? 1 : 0;
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
