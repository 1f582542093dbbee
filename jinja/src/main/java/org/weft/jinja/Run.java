package org.weft.jinja;

import java.time.LocalDateTime;
import java.util.concurrent.TimeUnit;

/** One rendering: what it may still do. For one thread. */
final class Run {
    /** The clock is looked at once in two to the power of so many steps. */
    private static final int LOOKS = 10;

    private final Limits limits;
    private final LocalDateTime now; // null where a template is to know no time
    private long steps;
    private final long start = System.nanoTime();
    private final long limit = TimeUnit.SECONDS.toNanos(Limits.SECONDS);
    private final boolean strict;
    private int depth;

    /** @param strict whether what is not there may not be written, looped over or compared */
    Run(Limits limits, LocalDateTime now, boolean strict) {
        this.strict = strict;
        this.limits = limits;
        this.now = now;
        this.steps = limits.steps();
    }

    boolean strict() {
        return strict;
    }

    LocalDateTime now() {
        return now;
    }

    /** One operation. */
    void step() {
        steps(1);
    }

    /** So many elements are made. */
    void made(long elements) {
        steps(Math.min(elements, limits.steps() + 1) * Limits.STEPS_AN_ELEMENT);
    }

    private void steps(long done) {
        if (steps >> LOOKS != (steps - done) >> LOOKS && System.nanoTime() - start > limit) {
            throw JinjaException.stopped("the template was stopped: it took more than " + Limits.SECONDS + " s");
        }
        steps -= done;
        if (steps < 0) {
            throw JinjaException.stopped("the template was stopped: it does more than " + limits.steps() + " steps");
        }
    }

    /** So many characters are looked at. */
    void looked(long characters) {
        steps(characters / Limits.CHARACTERS_A_STEP + 1);
    }

    /** A fraction is written: its fewest digits are looked for. */
    void fraction() {
        steps(Limits.STEPS_A_FRACTION);
    }

    /** A text is as long as that. */
    void bounded(long characters) {
        if (characters > limits.characters()) {
            throw JinjaException.stopped(
                    "the template was stopped: it writes more than " + limits.characters() + " characters");
        }
    }

    /** A text of so many characters is made. */
    void text(long characters) {
        bounded(characters);
        looked(characters);
    }

    /** A text that was made. */
    String text(String made) {
        text(made.length());
        return made;
    }

    /** A number of blanks or digits. */
    int few(Object given, String what) {
        long number = Numbers.integer(given, what);
        text(Math.max(0, number));
        return (int) Math.max(0, number);
    }

    void enter() {
        if (++depth > limits.depth()) {
            throw JinjaException.stopped(
                    "the template was stopped: macros call each other more than " + limits.depth() + " deep");
        }
    }

    void leave() {
        depth--;
    }
}
