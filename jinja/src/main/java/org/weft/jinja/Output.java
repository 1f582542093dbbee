package org.weft.jinja;

import java.util.ArrayList;
import java.util.List;

/** What is being written: the result, or a text that a macro or a variable keeps. */
final class Output {
    private final StringBuilder text = new StringBuilder();
    private final List<Rendered.Span> generated = new ArrayList<>();
    private final Output kept; // the result, where this is none
    private boolean lost;

    private Output(Output kept) {
        this.kept = kept;
    }

    static Output result() {
        return new Output(null);
    }

    /** One whose text goes somewhere else. */
    Output aside() {
        return new Output(kept == null ? this : kept);
    }

    void write(String more, Run run) {
        run.bounded(text.length() + (long) more.length());
        run.looked(more.length());
        text.append(more);
    }

    int length() {
        return text.length();
    }

    /** What was written since then is the assistant's. */
    void generated(int start) {
        if (kept != null) {
            kept.lost = true;
        } else {
            generated.add(new Rendered.Span(start, text.length()));
        }
    }

    String text() {
        return text.toString();
    }

    Rendered rendered() {
        return new Rendered(text(), List.copyOf(generated), lost);
    }
}
