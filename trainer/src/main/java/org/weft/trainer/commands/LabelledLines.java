package org.weft.trainer.commands;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.weft.driver.progress.Progress;

/** Lines of one of several runs side by side, which say whose they are. */
final class LabelledLines extends OutputStream {
    private final Progress progress;
    private final String label;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private LabelledLines(Progress progress, String label) {
        this.progress = progress;
        this.label = label;
    }

    /** Progress that says everything through another, in lines. */
    static Progress of(Progress progress, String label) {
        PrintStream lines = new PrintStream(new LabelledLines(progress, label), true, StandardCharsets.UTF_8);
        return new Progress(lines, false, System::nanoTime);
    }

    @Override
    public synchronized void write(int b) {
        if (b != '\n') {
            line.write(b);
            return;
        }
        progress.say(label + ": " + line.toString(StandardCharsets.UTF_8));
        line.reset();
    }
}
