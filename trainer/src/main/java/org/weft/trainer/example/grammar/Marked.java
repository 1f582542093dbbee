package org.weft.trainer.example.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts in which something is marked: {@code from [New York](city) to [Rome](city)}. */
final class Marked {
    private static final Pattern MARK = Pattern.compile("\\[([^\\]\\[]*)\\]\\((\\w+)\\)");
    private static final Pattern CALL = Pattern.compile("(words|tags)\\((\\w+)\\)");

    private Marked() {}

    /** The form that a column asks for. */
    static String form(String asked) {
        Matcher call = CALL.matcher(asked);
        return call.matches() ? call.group(2) : asked;
    }

    /** A column's value: a text without marks, or the words of one, or their tags. */
    static Object value(String asked, Derivation draw) {
        Matcher call = CALL.matcher(asked);
        if (!call.matches()) {
            return plain(draw.form(asked));
        }
        String text = draw.form(call.group(2));
        return call.group(1).equals("words") ? List.of(plain(text).split(" ")) : tags(text);
    }

    /** The text without its marks. */
    static String plain(String text) {
        return MARK.matcher(text).replaceAll("$1");
    }

    /** A tag for each word of the plain text: {@code B-} for a mark's first, {@code I-} for its others, {@code O}. */
    static List<String> tags(String text) {
        List<String> tags = new ArrayList<>();
        Matcher mark = MARK.matcher(text);
        int end = 0;
        while (mark.find()) {
            outside(text.substring(end, mark.start()), tags);
            String[] words = mark.group(1).split(" ");
            for (int i = 0; i < words.length; i++) {
                tags.add((i == 0 ? "B-" : "I-") + mark.group(2));
            }
            end = mark.end();
            int blank = text.indexOf(' ', end);
            end = blank < 0 ? text.length() : blank; // What clings to a marked word is of it.
        }
        outside(text.substring(end), tags);
        return tags;
    }

    private static void outside(String text, List<String> tags) {
        for (String word : text.strip().split(" ")) {
            if (!word.isEmpty()) {
                tags.add("O");
            }
        }
    }
}
