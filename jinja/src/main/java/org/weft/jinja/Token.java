package org.weft.jinja;

/**
 * A piece of a template.
 *
 * @param text what it says; of a string without quotes and escapes
 * @param line that it begins in, from 1
 */
record Token(Kind kind, String text, int line) {
    /** What a piece is. */
    enum Kind {
        TEXT,
        BLOCK_BEGIN,
        BLOCK_END,
        VALUE_BEGIN,
        VALUE_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind other, String said) {
        return kind == other && text.equals(said);
    }

    boolean operator(String sign) {
        return is(Kind.OPERATOR, sign);
    }

    boolean name(String word) {
        return is(Kind.NAME, word);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case BLOCK_BEGIN -> "{%";
            case BLOCK_END -> "%}";
            case VALUE_BEGIN -> "{{";
            case VALUE_END -> "}}";
            case END -> "the template's end";
            default -> text;
        };
    }
}
