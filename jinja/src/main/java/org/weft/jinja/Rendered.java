package org.weft.jinja;

import java.util.List;

/**
 * What a template wrote.
 *
 * @param generated what stood between {@code {% generation %}} and {@code {% endgeneration %}}: the assistant's, in order
 * @param lost whether such a block stood in a macro or in a text that was kept in a variable, so that its place is not known
 */
public record Rendered(String text, List<Span> generated, boolean lost) {
    /**
     * A part of the text.
     *
     * @param start index of its first character (UTF-16)
     * @param end index after its last
     */
    public record Span(int start, int end) {}
}
