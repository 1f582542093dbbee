package org.weft.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens. White space goes as {@code transformers} has it: {@code trim_blocks} takes the line's end after a block,
 * {@code lstrip_blocks} the blanks before one that begins its line, and a minus all of it; the template's last line end is none.
 */
final class Lexer {
    private static final int UNICODE = Pattern.UNICODE_CHARACTER_CLASS;
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})", UNICODE);
    private static final Pattern END_RAW =
            Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)", UNICODE);
    private static final Pattern END_COMMENT = Pattern.compile("\\+#\\}|-#\\}\\s*|#\\}\\n?", UNICODE);
    private static final Pattern END_BLOCK = Pattern.compile("\\+%\\}|-%\\}\\s*|%\\}\\n?", UNICODE);
    private static final Pattern END_VALUE = Pattern.compile("-\\}\\}\\s*|\\}\\}", UNICODE);
    private static final Pattern FLOAT =
            Pattern.compile("\\d[\\d_]*+(?:\\.\\d[\\d_]*+(?:[eE][+-]?\\d[\\d_]*+)?|[eE][+-]?\\d[\\d_]*+)");
    private static final Pattern INTEGER =
            Pattern.compile("0[xX][\\da-fA-F_]++|0[bB][01_]++|0[oO][0-7_]++|\\d[\\d_]*+");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{M}\\p{Nd}_]*+");
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");
    private static final String OPENING = "([{";
    private static final String CLOSING = ")]}";

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean lineStarts = true;
    private final boolean trims; // lines of blocks and comments go as a whole

    private Lexer(String source, boolean trims) {
        this.source = source;
        this.trims = trims;
    }

    /** The tokens of a template, the last one {@link Token.Kind#END}. */
    static List<Token> tokens(String template) {
        String source = checked(template);
        return new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source, true).all();
    }

    /** The same of a template whose white space stays but for what a minus takes. */
    static List<Token> plain(String template) {
        return new Lexer(checked(template), false).all();
    }

    private static String checked(String template) {
        if (template.length() > Limits.SOURCE) {
            throw JinjaException.stopped(
                    "the template has " + template.length() + " characters, more than " + Limits.SOURCE);
        }
        return template.replace("\r\n", "\n").replace('\r', '\n');
    }

    private List<Token> all() {
        for (int tag = tag(at); tag >= 0; tag = tag(at)) {
            char kind = source.charAt(tag + 1);
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            text(before(source.substring(at, tag), sign, kind != '{'));
            move(tag);
            Matcher raw = RAW.matcher(source);
            raw.region(at, source.length());
            if (raw.lookingAt()) {
                move(raw.end());
                raw();
            } else {
                move(tag + 2 + (sign == '-' || sign == '+' ? 1 : 0));
                if (kind == '#') {
                    comment();
                } else if (kind == '%') {
                    code(Token.Kind.BLOCK_BEGIN, END_BLOCK, Token.Kind.BLOCK_END);
                } else {
                    code(Token.Kind.VALUE_BEGIN, END_VALUE, Token.Kind.VALUE_END);
                }
            }
            lineStarts = source.charAt(at - 1) == '\n';
        }
        text(source.substring(at));
        add(Token.Kind.END, "");
        return tokens;
    }

    /** Past what closes a tag, and the line's end that goes with it. */
    private void close(int end) {
        boolean takesLine = !trims && end > at && source.charAt(end - 1) == '\n' && source.charAt(end - 2) == '}';
        move(takesLine && source.charAt(end - 4) != '-' ? end - 1 : end);
    }

    /** Where the next piece that is no text begins; -1 for nowhere. */
    private int tag(int from) {
        for (int i = source.indexOf('{', from); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("%{#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** The text before a tag, without the white space that the tag takes. */
    private String before(String text, char sign, boolean block) {
        if (sign == '-') {
            return Texts.stripEnd(text);
        }
        int lineBegin = text.lastIndexOf('\n') + 1;
        boolean strips = trims && sign != '+' && block && (lineBegin > 0 || lineStarts);
        return strips && Texts.blank(text.substring(lineBegin)) ? text.substring(0, lineBegin) : text;
    }

    private void raw() {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(at)) {
            throw JinjaException.syntax("{% raw %} is not closed", line);
        }
        String text = source.substring(at, end.start());
        lineStarts = source.charAt(at - 1) == '\n';
        text(before(text, end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0), true));
        close(end.end());
    }

    private void comment() {
        Matcher end = END_COMMENT.matcher(source);
        if (!end.find(at)) {
            throw JinjaException.syntax("a comment is not closed", line);
        }
        close(end.end());
    }

    private void code(Token.Kind begin, Pattern closing, Token.Kind end) {
        int opened = line;
        add(begin, "");
        Deque<Character> brackets = new ArrayDeque<>();
        Matcher matcher = closing.matcher(source);
        while (at < source.length()) {
            matcher.region(at, source.length());
            if (brackets.isEmpty() && matcher.lookingAt()) {
                add(end, "");
                close(matcher.end());
                return;
            }
            if (Texts.space(source.charAt(at))) {
                move(at + 1);
            } else {
                piece(brackets);
            }
        }
        throw JinjaException.syntax("what begins here is not closed", opened);
    }

    private void piece(Deque<Character> brackets) {
        char first = source.charAt(at);
        if (first == '\'' || first == '"') {
            string(first);
        } else if (Character.isDigit(first)) {
            boolean key = source.charAt(at - 1) == '.'; // list.0.0 has two
            if (key || !found(FLOAT, Token.Kind.FLOAT)) {
                found(INTEGER, Token.Kind.INTEGER);
            }
        } else if (!found(NAME, Token.Kind.NAME)) {
            if (!found(OPERATOR, Token.Kind.OPERATOR)) {
                throw JinjaException.syntax("unexpected " + first, line);
            }
            brackets(brackets, first);
        }
    }

    private void brackets(Deque<Character> open, char sign) {
        if (OPENING.indexOf(sign) >= 0) {
            open.push(CLOSING.charAt(OPENING.indexOf(sign)));
            if (open.size() > Limits.NESTING) {
                throw JinjaException.stopped("more than " + Limits.NESTING + " brackets within each other")
                        .at(line);
            }
        } else if (CLOSING.indexOf(sign) >= 0 && (open.isEmpty() || open.pop() != sign)) {
            throw JinjaException.syntax("unexpected " + sign, line);
        }
    }

    private boolean found(Pattern pattern, Token.Kind kind) {
        Matcher matcher = pattern.matcher(source);
        matcher.region(at, source.length());
        if (matcher.lookingAt()) {
            add(kind, matcher.group());
            move(matcher.end());
            return true;
        }
        return false;
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw JinjaException.syntax("a string is not closed", line);
        }
        add(Token.Kind.STRING, Escapes.read(source.substring(at + 1, end), line));
        move(end + 1);
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            add(Token.Kind.TEXT, text);
        }
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void move(int to) {
        for (; at < to; at++) {
            line += source.charAt(at) == '\n' ? 1 : 0;
        }
    }
}
