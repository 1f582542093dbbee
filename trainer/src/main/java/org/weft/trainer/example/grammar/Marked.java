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

    /**
     * A tag for each word of the plain text: {@code B-} for a mark's first, {@code I-} for its others, {@code O}. A word that has a character of a
     * mark is the mark's, with what clings to it.
     */
    static List<String> tags(String text) {
        StringBuilder plain = new StringBuilder();
        List<String> kinds = new ArrayList<>(); // of each character
        List<Integer> starts = new ArrayList<>(); // of its mark
        Matcher mark = MARK.matcher(text);
        int end = 0;
        while (mark.find()) {
            append(text.substring(end, mark.start()), "", plain, kinds, starts);
            append(mark.group(1), mark.group(2), plain, kinds, starts);
            end = mark.end();
        }
        append(text.substring(end), "", plain, kinds, starts);
        List<String> tags = new ArrayList<>();
        int before = -1;
        int at = 0;
        for (String word : plain.toString().split(" ")) {
            int place = at;
            while (place < at + word.length() && kinds.get(place).isEmpty()) {
                place++;
            }
            boolean marked = place < at + word.length();
            int start = marked ? starts.get(place) : -1;
            tags.add(!marked ? "O" : (start == before ? "I-" : "B-") + kinds.get(place));
            before = start;
            at += word.length() + 1;
        }
        return tags;
    }

    private static void append(
            String piece, String kind, StringBuilder plain, List<String> kinds, List<Integer> starts) {
        int start = plain.length();
        plain.append(piece);
        for (int i = 0; i < piece.length(); i++) {
            kinds.add(kind);
            starts.add(start);
        }
    }
}
