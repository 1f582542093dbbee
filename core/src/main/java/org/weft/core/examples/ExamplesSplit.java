package org.weft.core.examples;

import java.io.Serializable;
import java.util.List;

/**
 * Training, validation or test: its files in order.
 *
 * @param longest tokens of the longest example
 * @param truncated rows that were cut to the longest length allowed
 * @param leftOut rows that taught nothing: an answer that its passage does not hold, a response that was cut away
 */
public record ExamplesSplit(List<ExamplesFile> files, int longest, long truncated, long leftOut)
        implements Serializable {
    /** A split that nothing was given for. */
    public static final ExamplesSplit NONE = new ExamplesSplit(List.of(), 0, 0, 0);

    public ExamplesSplit {
        files = List.copyOf(files);
    }

    public long examples() {
        return files.stream().mapToLong(ExamplesFile::examples).sum();
    }

    public long tokens() {
        return files.stream().mapToLong(ExamplesFile::tokens).sum();
    }
}
