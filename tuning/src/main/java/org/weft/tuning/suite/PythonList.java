package org.weft.tuning.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A list as Python writes it, read as {@code ast.literal_eval} reads it: of texts, numbers, True, False, None and lists. Nothing
 * is computed. For one thread.
 */
final class PythonList {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern WORD = Pattern.compile("True|False|None");
    private static final int DEEPEST = 50;

    private final String text;
    private int at;

    private PythonList(String text) {
        this.text = text;
    }

    /** Empty of a text that is anything else. */
    static Optional<List<Object>> of(String text) {
        if (!text.startsWith("[") || !text.endsWith("]")) {
            return Optional.empty();
        }
        try {
            PythonList reader = new PythonList(text);
            List<Object> list = reader.list(0);
            return reader.at == text.length() ? Optional.of(list) : Optional.empty();
        } catch (IllegalArgumentException noLiteral) {
            return Optional.empty();
        }
    }

    private List<Object> list(int depth) {
        List<Object> list = new ArrayList<>();
        at++;
        while (next() != ']') {
            list.add(value(depth));
            if (next() == ',') {
                at++;
            } else if (next() != ']') {
                throw none();
            }
        }
        at++;
        return list;
    }

    /** What stands after white space. */
    private char next() {
        while (at < text.length() && " \t\n\r\f".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (at == text.length()) {
            throw none();
        }
        return text.charAt(at);
    }

    private Object value(int depth) {
        char first = next();
        if (first == '[' && depth < DEEPEST) {
            return list(depth + 1);
        }
        if (first == '\'' || first == '"') {
            StringBuilder joined = new StringBuilder(string());
            while (next() == '\'' || next() == '"') { // one after the other are one text
                joined.append(string());
            }
            return joined.toString();
        }
        Matcher word = WORD.matcher(text).region(at, text.length());
        if (word.lookingAt()) {
            at = word.end();
            return word.group().equals("None") ? null : (Object) word.group().equals("True");
        }
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        if (!number.lookingAt()) {
            throw none();
        }
        at = number.end();
        boolean whole = number.group(3) == null && number.group().indexOf('.') < 0;
        return whole ? (Object) Integer.valueOf(number.group()) : Double.valueOf(number.group());
    }

    private String string() {
        char quote = text.charAt(at);
        StringBuilder string = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != quote; at++) {
            char each = text.charAt(at);
            if (each == '\n') {
                throw none();
            }
            if (each == '\\') {
                escaped(string);
            } else {
                string.append(each);
            }
        }
        if (at == text.length()) {
            throw none();
        }
        at++;
        return string.toString();
    }

    /** Appends what an escape stands for; ends at its last character. */
    private void escaped(StringBuilder string) {
        char sign = ++at < text.length() ? text.charAt(at) : 0;
        int known = "\\'\"abfnrtv".indexOf(sign);
        int digits =
                switch (sign) {
                    case 'x' -> 2;
                    case 'u' -> 4;
                    case 'U' -> 8;
                    default -> 0;
                };
        if (known >= 0) {
            string.append("\\'\"\u0007\b\f\n\r\t\u000b".charAt(known));
        } else if (digits > 0 && at + digits < text.length()) {
            string.appendCodePoint(Integer.parseInt(text.substring(at + 1, at + 1 + digits), 16));
            at += digits;
        } else {
            throw none(); // octal, names of characters, lines that go on: nobody writes them here
        }
    }

    private IllegalArgumentException none() {
        return new IllegalArgumentException("no literal at " + at);
    }
}
