package org.weft.serve;

/**
 * Whether characters, one after the other, are the beginning of a JSON object (RFC 8259). Blanks between its parts are
 * bounded, and so is its depth, so that a text that stays within them has an end to go to. One thread's.
 */
final class JsonPrefix {
    private static final int MOST_BLANKS = 64;
    /** A bit each. */
    private static final int MOST_DEPTH = Long.SIZE - 1;

    private static final int HEX_DIGITS = 4;
    private static final String ESCAPED = "\"\\/bfnrt";
    private static final String[] WORDS = {"true", "false", "null"};

    private enum At {
        /** Before the object. */
        START,
        /** Behind an opening brace. */
        FIRST_KEY,
        /** Behind a comma of an object. */
        KEY,
        /** Behind a key. */
        COLON,
        /** Behind an opening bracket. */
        FIRST_VALUE,
        /** Behind a colon, or a comma of an array. */
        VALUE,
        /** Behind a value. */
        COMMA,
        STRING,
        ESCAPE,
        HEX,
        WORD,
        /** Behind a number's sign. */
        MINUS,
        /** Behind a whole part of 0, which no digit follows. */
        ZERO,
        WHOLE_PART,
        POINT,
        FRACTION,
        EXPONENT,
        EXPONENT_SIGN,
        EXPONENT_DIGITS,
        /** Behind the object. */
        END
    }

    private At at = At.START;
    private boolean key; // the string is one
    private int count; // of hexadecimal digits, of a word's characters
    private int word;
    private int blanks; // in a row
    private int depth;
    private long objects; // bit d: what is open at depth d is an object

    /** Takes over where another one is. */
    void set(JsonPrefix other) {
        at = other.at;
        key = other.key;
        count = other.count;
        word = other.word;
        blanks = other.blanks;
        depth = other.depth;
        objects = other.objects;
    }

    /** Whether the object is closed. */
    boolean whole() {
        return at == At.END;
    }

    /** Whether any character may follow but quote, backslash and control characters. */
    boolean inString() {
        return at == At.STRING;
    }

    /** Goes on with some characters; false where one of them may not stand there, and then it is of no more use. */
    boolean accepts(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!accepts(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** The same with one. */
    boolean accepts(char c) {
        return switch (at) {
            case STRING -> string(c);
            case ESCAPE -> escape(c);
            case HEX -> hex(c);
            case WORD -> word(c);
            case MINUS, ZERO, WHOLE_PART, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, EXPONENT_DIGITS -> number(c);
            case END -> false;
            default -> between(c);
        };
    }

    private boolean go(At next) {
        at = next;
        return true;
    }

    private boolean between(char c) {
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            blanks++;
            return blanks <= MOST_BLANKS;
        }
        blanks = 0;
        return switch (at) {
            case START -> c == '{' && open(true);
            case FIRST_KEY -> c == '"' ? quote(true) : c == '}' && close();
            case KEY -> c == '"' && quote(true);
            case COLON -> c == ':' && go(At.VALUE);
            case FIRST_VALUE -> c == ']' ? close() : value(c);
            case VALUE -> value(c);
            default -> behind(c);
        };
    }

    private boolean behind(char c) {
        boolean object = (objects >> depth & 1) == 1;
        return switch (c) {
            case ',' -> go(object ? At.KEY : At.VALUE);
            case '}' -> object && close();
            case ']' -> !object && close();
            default -> false;
        };
    }

    private boolean open(boolean object) {
        depth++;
        objects = object ? objects | 1L << depth : objects & ~(1L << depth);
        return depth < MOST_DEPTH && go(object ? At.FIRST_KEY : At.FIRST_VALUE);
    }

    private boolean close() {
        depth--;
        return go(depth == 0 ? At.END : At.COMMA);
    }

    private boolean quote(boolean ofKey) {
        key = ofKey;
        return go(At.STRING);
    }

    private boolean value(char c) {
        return switch (c) {
            case '{' -> open(true);
            case '[' -> open(false);
            case '"' -> quote(false);
            case 't' -> beginWord(0);
            case 'f' -> beginWord(1);
            case 'n' -> beginWord(2);
            case '-' -> go(At.MINUS);
            case '0' -> go(At.ZERO);
            default -> isDigit(c) && go(At.WHOLE_PART);
        };
    }

    private boolean beginWord(int which) {
        word = which;
        count = 1;
        return go(At.WORD);
    }

    private boolean word(char c) {
        if (c != WORDS[word].charAt(count)) {
            return false;
        }
        count++;
        return count < WORDS[word].length() || go(At.COMMA);
    }

    private boolean string(char c) {
        return switch (c) {
            case '"' -> go(key ? At.COLON : At.COMMA);
            case '\\' -> go(At.ESCAPE);
            default -> c >= ' ';
        };
    }

    private boolean escape(char c) {
        if (c == 'u') {
            count = 0;
            return go(At.HEX);
        }
        return ESCAPED.indexOf(c) >= 0 && go(At.STRING);
    }

    private boolean hex(char c) {
        boolean digit = isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
        count++;
        return digit && (count < HEX_DIGITS || go(At.STRING));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private boolean number(char c) {
        if (isDigit(c)) {
            return switch (at) {
                case MINUS -> go(c == '0' ? At.ZERO : At.WHOLE_PART);
                case ZERO -> false;
                case POINT, FRACTION -> go(At.FRACTION);
                case WHOLE_PART -> true;
                default -> go(At.EXPONENT_DIGITS);
            };
        }
        boolean wholePart = at == At.ZERO || at == At.WHOLE_PART;
        if (c == '.') {
            return wholePart && go(At.POINT);
        }
        if (c == 'e' || c == 'E') {
            return (wholePart || at == At.FRACTION) && go(At.EXPONENT);
        }
        if (c == '+' || c == '-') {
            return at == At.EXPONENT && go(At.EXPONENT_SIGN);
        }
        boolean ended = wholePart || at == At.FRACTION || at == At.EXPONENT_DIGITS;
        return ended && go(At.COMMA) && accepts(c);
    }
}
