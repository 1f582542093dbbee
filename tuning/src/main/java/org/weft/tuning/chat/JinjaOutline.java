package org.weft.tuning.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a Jinja template does, in one spelling: two templates that differ in quotes, spaces, names of variables or in what they
 * write as text and what as an expression have the same outline. Nothing is run. White space goes as Hugging Face's engine
 * has it ({@code trim_blocks}, {@code lstrip_blocks}).
 *
 * <p>Text stands as it is, a statement between {@link #TAG} and {@link #END}, a value between {@link #VALUE} and {@link #END}.
 * The loop's variable is called {@code m}.
 */
final class JinjaOutline {
    static final char TAG = '\u0001';
    static final char VALUE = '\u0002';
    static final char END = '\u0003';

    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(?:(?<string>'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\")"
                    + "|(?<word>\\w++)|(?<sign>[=!<>]=|\\S))",
            Pattern.DOTALL);
    /** What many templates begin with, and what changes nothing where the prompt is asked for. */
    private static final String PRELUDE = TAG + "if not add_generation_prompt is defined" + END + TAG
            + "set add_generation_prompt=false" + END + TAG + "endif" + END;

    private final StringBuilder outline = new StringBuilder();

    private JinjaOutline() {}

    /** The outline of a template. */
    static String of(String jinja) {
        JinjaOutline made = new JinjaOutline();
        made.read(jinja);
        String outline = made.outline.toString();
        outline = outline.startsWith(PRELUDE) ? outline.substring(PRELUDE.length()) : outline;
        outline = alias(outline, TAG + "set (\\w+)=messages" + END, "messages", true);
        return alias(outline, TAG + "for (\\w+) in messages" + END, "m", false);
    }

    /** Calls a variable that the template names by a name of ours. */
    private static String alias(String outline, String naming, String name, boolean drop) {
        Matcher found = Pattern.compile(naming).matcher(outline);
        if (!found.find()) {
            return outline;
        }
        String rest = drop ? outline.substring(0, found.start()) + outline.substring(found.end()) : outline;
        Matcher code =
                Pattern.compile("[" + TAG + VALUE + "][^" + END + "]*" + END).matcher(rest);
        String variable = "(?<![\\w.'])" + found.group(1) + "(?![\\w'])";
        return code.replaceAll(each -> Matcher.quoteReplacement(each.group().replaceAll(variable, name)));
    }

    private void read(String jinja) {
        int at = 0;
        boolean strip = false; // the white space after the piece before
        boolean newline = false; // the line's end after it
        for (int start = begin(jinja, 0); start >= 0; start = begin(jinja, at)) {
            char kind = jinja.charAt(start + 1);
            int end = end(jinja, start + 2, kind);
            boolean stripBefore = jinja.charAt(start + 2) == '-';
            String text = text(jinja.substring(at, start), strip, newline);
            if (stripBefore) {
                text = text.stripTrailing();
            } else if (kind != '{') {
                text = text.replaceFirst("(?<=\\n|^)[ \\t]++$", "");
            }
            outline.append(text);
            strip = jinja.charAt(end - 1) == '-';
            int from = start + (stripBefore ? 3 : 2);
            add(
                    kind,
                    tokens(jinja.substring(
                            from, Math.max(from, strip ? end - 1 : end)))); // {#-#} has one sign for both
            newline = kind != '{';
            at = Math.min(jinja.length(), end + 2);
        }
        outline.append(text(jinja.substring(at), strip, newline).replaceFirst("\\n$", ""));
    }

    /** Where the next piece that is no text begins; -1 for nowhere. */
    private static int begin(String jinja, int from) {
        for (int at = from; at + 2 < jinja.length(); at++) {
            if (jinja.charAt(at) == '{' && "%{#".indexOf(jinja.charAt(at + 1)) >= 0) {
                return at;
            }
        }
        return -1;
    }

    /** Where what closes such a piece stands, which no string within it holds; the end where nothing closes it. */
    private static int end(String jinja, int from, char kind) {
        String closing = kind == '{' ? "}}" : kind + "}";
        char quote = 0;
        for (int at = from; at < jinja.length(); at++) {
            char each = jinja.charAt(at);
            if (quote != 0) {
                at += each == '\\' ? 1 : 0;
                quote = each == quote ? 0 : quote;
            } else if (jinja.startsWith(closing, at)) {
                return at;
            } else if (kind != '#' && (each == '\'' || each == '"')) {
                quote = each;
            }
        }
        return jinja.length();
    }

    private static String text(String text, boolean strip, boolean newline) {
        if (strip) {
            return text.stripLeading();
        }
        return newline && text.startsWith("\n") ? text.substring(1) : text;
    }

    private void add(char kind, List<String> tokens) {
        if (kind == '%') {
            outline.append(TAG).append(join(tokens)).append(END);
        } else if (kind == '{') {
            for (List<String> summand : summands(tokens)) {
                String only = summand.size() == 1 ? summand.get(0) : "";
                if (only.startsWith("'")) {
                    outline.append(only, 1, only.length() - 1);
                } else {
                    outline.append(VALUE).append(join(summand)).append(END);
                }
            }
        }
    }

    /** The parts of a value that are put together to one text. */
    private static List<List<String>> summands(List<String> tokens) {
        List<List<String>> summands = new ArrayList<>(List.of(new ArrayList<>()));
        int depth = 0;
        for (String token : tokens) {
            depth += token.matches("[(\\[]") ? 1 : token.matches("[)\\]]") ? -1 : 0;
            if (depth == 0 && (token.equals("+") || token.equals("~"))) {
                summands.add(new ArrayList<>());
            } else {
                summands.get(summands.size() - 1).add(token);
            }
        }
        return summands;
    }

    /** Words and signs; strings between single quotes, what was escaped in them spelt out; {@code a['b']} as {@code a.b}. */
    private static List<String> tokens(String body) {
        List<String> tokens = new ArrayList<>();
        Matcher token = TOKEN.matcher(body);
        while (token.lookingAt()) {
            String string = token.group("string");
            tokens.add(string == null ? token.group().strip() : "'" + unescaped(string) + "'");
            token.region(token.end(), body.length());
        }
        for (int i = 0; i + 3 < tokens.size(); i++) {
            boolean named = tokens.get(i).matches("\\w+|\\]")
                    && tokens.get(i + 1).equals("[")
                    && tokens.get(i + 2).matches("'\\w+'")
                    && tokens.get(i + 3).equals("]");
            if (named) {
                String key = tokens.get(i + 2);
                tokens.subList(i + 1, i + 4).clear();
                tokens.addAll(i + 1, List.of(".", key.substring(1, key.length() - 1)));
            }
        }
        return tokens;
    }

    private static String unescaped(String string) {
        return string.substring(1, string.length() - 1)
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\'", "'")
                .replace("\\\"", "\"");
    }

    private static String join(List<String> tokens) {
        StringBuilder joined = new StringBuilder();
        for (String token : tokens) {
            boolean words = joined.length() > 0
                    && Character.isLetterOrDigit(joined.charAt(joined.length() - 1))
                    && Character.isLetterOrDigit(token.charAt(0));
            joined.append(words ? " " : "").append(token);
        }
        return joined.toString();
    }
}
