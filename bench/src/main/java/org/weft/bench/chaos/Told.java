package org.weft.bench.chaos;

/** Takes what a command says. */
@FunctionalInterface
public interface Told {
    /** A line, or a drawing of the progress bar. */
    void line(long millis, String text);
}
