package org.weft.tuning.suite;

import java.util.regex.Pattern;
import org.weft.core.Blanks;

/** What Python makes of texts: its blanks are Unicode's and four separators more. Pure functions. */
final class PythonText {
    private static final Pattern BLANKS = Pattern.compile("[\\s\\x1c-\\x1f]+", Pattern.UNICODE_CHARACTER_CLASS);

    private PythonText() {}

    /** {@code len(re.split(r"\s+", text))}: one more than there are runs of blanks. */
    static long words(String text) {
        return BLANKS.matcher(text).results().count() + 1;
    }

    /** {@code text.rstrip()}. */
    static String stripped(String text) {
        return Blanks.strippedEnd(text);
    }

    /** {@code text.isdigit()} of the digits that {@code int} reads here. */
    static boolean isNumber(String text) {
        return text.matches("[0-9]{1,9}");
    }

    /** {@code str(value)} of a value of JSON that is no array and no object. */
    static String of(Object value) {
        if (value == null) {
            return "None";
        }
        if (value instanceof Boolean truth) {
            return truth ? "True" : "False";
        }
        return value.toString();
    }
}
