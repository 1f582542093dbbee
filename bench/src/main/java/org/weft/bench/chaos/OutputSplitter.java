package org.weft.bench.chaos;

import java.io.IOException;
import java.io.Reader;
import java.util.function.Consumer;

/**
 * Cuts what a driver writes to a terminal into lines, each as soon as it is whole. The progress bar is drawn over and over:
 * every drawing begins with a carriage return and ends with the sequence that clears the rest of the line.
 */
public final class OutputSplitter {
    private static final String CLEAR = "\u001b[K";

    private final Consumer<String> lines;
    private final StringBuilder line = new StringBuilder();

    public OutputSplitter(Consumer<String> lines) {
        this.lines = lines;
    }

    /** Reads to the end. */
    public void readAll(Reader reader) throws IOException {
        char[] buffer = new char[4096];
        for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
            for (int i = 0; i < count; i++) {
                accept(buffer[i]);
            }
        }
        emit();
    }

    private void accept(char c) {
        if (c == '\r' || c == '\n') {
            emit();
            return;
        }
        line.append(c);
        if (c == 'K' && line.length() >= CLEAR.length() && line.indexOf(CLEAR, line.length() - CLEAR.length()) >= 0) {
            line.setLength(line.length() - CLEAR.length());
            emit();
        }
    }

    private void emit() {
        if (line.length() > 0) {
            String whole = line.toString();
            line.setLength(0);
            lines.accept(whole);
        }
    }
}
