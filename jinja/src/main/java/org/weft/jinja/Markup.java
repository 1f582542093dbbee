package org.weft.jinja;

/** What {@code | safe} and {@code | escape} give: a text that escapes, for HTML, whatever is added to it by a plus. Else a text. */
record Markup(String text) {

    /** A value as what it is beside that. */
    static Object plain(Object value) {
        return value instanceof Markup markup ? markup.text : value;
    }

    static String escaped(Object value, Run run) {
        return value instanceof Markup markup
                ? markup.text
                : run.text(Values.text(value, run)
                        .replace("&", "&amp;")
                        .replace("<", "&lt;")
                        .replace(">", "&gt;")
                        .replace("'", "&#39;")
                        .replace("\"", "&#34;"));
    }
}
