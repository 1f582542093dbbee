package org.weft.jinja;

/**
 * What a rendering may do. Steps are counted, so that a template that is stopped is stopped on every machine at the same place, long
 * before the {@link #SECONDS} that stand behind them for what no count foresees: one for each name, operation and turn of a loop, and more as elements are made ({@link #STEPS_AN_ELEMENT}) and characters made
 * or looked at ({@link #CHARACTERS_A_STEP}). So they bound time and memory, too: at most some 100 MB.
 *
 * @param steps of one rendering
 * @param characters that one text may have: the result, and each that is made on the way
 * @param depth of macros that call each other
 */
public record Limits(long steps, int characters, int depth) {
    static final int CHARACTERS_A_STEP = 4;
    static final int STEPS_AN_ELEMENT = 4;
    static final int STEPS_A_FRACTION = 50;

    /** Of a rendering, whatever its steps are: some ten times what the slowest that is counted takes. */
    static final int SECONDS = 60;

    /** Of blocks and brackets within each other, in a template's text. */
    static final int NESTING = 100;

    /** Longest template, in characters; the longest of the published ones has 20,000. */
    static final int SOURCE = 1 << 20;

    /** A second's work at most, and far more than a published template does with a thousand messages. */
    public static final Limits DEFAULT = new Limits(10_000_000, 16 << 20, 64);
}
