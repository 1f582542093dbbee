package org.weft.core.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Several sequences as one example, so that they stay in one micro-batch: two answers to a prompt, a question and its passage.
 *
 * <pre>
 *   tokens, targets   | first | second | third |
 *   labels            3  its length, its length, its length  numbers of the whole
 * </pre>
 */
public final class ExampleParts {
    private ExampleParts() {}

    /**
     * @param parts at least one, without labels; all with targets or all without
     * @param numbers what else is known of them together
     */
    public static Example joined(List<Example> parts, float... numbers) {
        int[] tokens = parts.stream()
                .flatMapToInt(part -> Arrays.stream(part.tokens()))
                .toArray();
        int[] targets = parts.get(0).targets() == null
                ? null
                : parts.stream()
                        .flatMapToInt(part -> Arrays.stream(part.targets()))
                        .toArray();
        float[] labels = new float[1 + parts.size() + numbers.length];
        labels[0] = parts.size();
        for (int i = 0; i < parts.size(); i++) {
            labels[1 + i] = parts.get(i).length();
        }
        System.arraycopy(numbers, 0, labels, 1 + parts.size(), numbers.length);
        return new Example(tokens, tokens.length, targets, labels, 1);
    }

    /** The sequences of an example that {@link #joined} made. */
    public static List<Example> of(Example example) {
        List<Example> parts = new ArrayList<>();
        int from = 0;
        for (int length : lengths(example)) {
            int to = from + length;
            int[] targets = example.targets() == null ? null : Arrays.copyOfRange(example.targets(), from, to);
            parts.add(new Example(Arrays.copyOfRange(example.tokens(), from, to), length, targets, null, 1));
            from = to;
        }
        return parts;
    }

    /** The numbers that it was given. */
    public static float[] numbers(Example example) {
        float[] labels = example.labels();
        return Arrays.copyOfRange(labels, 1 + (int) labels[0], labels.length);
    }

    /** The same sequences with other numbers. */
    public static Example with(Example example, float... numbers) {
        return joined(of(example), numbers);
    }

    private static int[] lengths(Example example) {
        float[] labels = example.labels();
        return IntStream.range(0, (int) labels[0]).map(i -> (int) labels[1 + i]).toArray();
    }
}
