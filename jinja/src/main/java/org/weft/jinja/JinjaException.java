package org.weft.jinja;

/** Why a template cannot be read or rendered, in one line that names the template's line where that is known. */
public final class JinjaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What went wrong. */
    public enum Kind {
        /** The template is none, or has what is not known here. */
        SYNTAX,
        /** A value is not of the kind that is needed, or is not there. */
        VALUE,
        /** The template itself refuses what it was given, by {@code raise_exception}. */
        RAISED,
        /** The template does more than {@link Limits} allow, or what no template may. */
        STOPPED
    }

    private final Kind kind;
    private final boolean placed;

    private JinjaException(Kind kind, String message, boolean placed) {
        super(message);
        this.kind = kind;
        this.placed = placed;
    }

    static JinjaException syntax(String message, int line) {
        return new JinjaException(Kind.SYNTAX, message, false).at(line);
    }

    static JinjaException value(String message) {
        return new JinjaException(Kind.VALUE, message, false);
    }

    static JinjaException raised(String message) {
        return new JinjaException(Kind.RAISED, message, true);
    }

    static JinjaException stopped(String message) {
        return new JinjaException(Kind.STOPPED, message, false);
    }

    /** The same with its place, unless it has one. */
    JinjaException at(int line) {
        if (placed) {
            return this;
        }
        JinjaException there = new JinjaException(kind, getMessage() + " (line " + line + " of the template)", true);
        there.setStackTrace(getStackTrace());
        return there;
    }

    public Kind kind() {
        return kind;
    }
}
