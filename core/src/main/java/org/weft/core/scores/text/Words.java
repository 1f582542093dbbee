package org.weft.core.scores.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.weft.core.Blanks;

/** A text cut into words by white space, as Python 3 knows it, and into those that ROUGE counts. */
final class Words {
    private static final Pattern SPACES = Pattern.compile("[\\t-\\r\\x1c- \\x85\\p{Z}]+");
    private static final Pattern ALPHANUMERIC = Pattern.compile("[a-z0-9]+");

    private Words() {}

    /** What stands between white space; none of a text without anything else. */
    static List<String> of(String text) {
        String stripped = stripped(text);
        return stripped.isEmpty() ? List.of() : Arrays.asList(SPACES.split(stripped));
    }

    /** Without white space at its ends. */
    static String stripped(String text) {
        return Blanks.stripped(text);
    }

    /** Its characters but white space, as code points. */
    static int[] letters(String text) {
        return SPACES.matcher(text).replaceAll("").codePoints().toArray();
    }

    /** In lower case, of ASCII's letters and digits alone: a text in other writing has no word. */
    static List<String> ofRouge(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = ALPHANUMERIC.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }
}
