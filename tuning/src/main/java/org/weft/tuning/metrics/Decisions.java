package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a model decided of N rows, class by class: a row is of a class or not, and was taken for one or not.
 *
 * @param names of the K classes
 * @param truly (N): numbers of the classes that each row is of, ascending
 * @param said (N): those that it was taken for
 * @param right (N): whether a row was taken for all that it is, and nothing else
 * @param opposed whether one of two classes is what the other is not, so that the second tells all
 */
public record Decisions(List<String> names, int[][] truly, int[][] said, boolean[] right, boolean opposed) {

    /**
     * Of rows of one class each.
     *
     * @param labels (N)
     * @param predicted (N)
     */
    static Decisions ofClasses(List<String> names, int[] labels, int[] predicted) {
        boolean[] right = new boolean[labels.length];
        for (int row = 0; row < labels.length; row++) {
            right[row] = labels[row] == predicted[row];
        }
        return new Decisions(names, single(labels), single(predicted), right, names.size() == 2);
    }

    private static int[][] single(int[] classes) {
        return Arrays.stream(classes).mapToObj(of -> new int[] {of}).toArray(int[][]::new);
    }

    /** Of rows of any number of classes. */
    static Decisions ofSets(List<String> names, int[][] truly, int[][] said) {
        boolean[] right = new boolean[truly.length];
        for (int row = 0; row < truly.length; row++) {
            right[row] = Arrays.equals(truly[row], said[row]);
        }
        return new Decisions(names, truly, said, right, false);
    }

    public int rows() {
        return truly.length;
    }

    /** The same of one class alone; whether a row is {@link #right} stays what it was. */
    public Decisions only(int of) {
        return new Decisions(List.of(names.get(of)), only(truly, of), only(said, of), right, false);
    }

    private static int[][] only(int[][] classes, int of) {
        return Arrays.stream(classes)
                .map(row -> IntStream.of(row).anyMatch(one -> one == of) ? new int[] {0} : new int[0])
                .toArray(int[][]::new);
    }
}
