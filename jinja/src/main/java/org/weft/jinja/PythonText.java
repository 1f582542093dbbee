package org.weft.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Values as Python writes them down: {@code ['a', True, None]}. */
final class PythonText {
    private static final Map<Integer, String> ESCAPES =
            Map.of((int) '\\', "\\\\", (int) '\n', "\\n", (int) '\r', "\\r", (int) '\t', "\\t");
    private static final Set<Byte> UNPRINTABLE = Set.of(
            Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.PRIVATE_USE,
            Character.UNASSIGNED,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR,
            Character.SPACE_SEPARATOR);
    private static final int BYTE = 0x100;
    private static final int PLANE = 0x10000;

    private PythonText() {}

    /** A value that is no text by itself. */
    static String of(Object value, Run run) {
        StringBuilder text = new StringBuilder();
        write(value, text, run);
        return run.text(text.toString());
    }

    private static void write(Object value, StringBuilder text, Run run) {
        run.step();
        run.bounded(text.length());
        if (value == null) {
            text.append("None");
        } else if (value instanceof Boolean truth) {
            text.append(truth ? "True" : "False");
        } else if (value instanceof Double fraction) {
            run.fraction();
            text.append(Numbers.text(fraction));
        } else if (value instanceof Number whole) {
            run.looked(whole instanceof BigInteger large ? large.bitLength() : 0);
            text.append(whole);
        } else if (value instanceof String string) {
            run.looked(string.length());
            quote(string, text, run);
        } else if (value instanceof Map<?, ?> map) {
            String gap = "{";
            for (Map.Entry<?, ?> each : map.entrySet()) {
                text.append(gap);
                write(each.getKey(), text, run);
                text.append(": ");
                write(each.getValue(), text, run);
                gap = ", ";
            }
            text.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            list(list, text, run);
        } else if (value instanceof Undefined) {
            text.append("Undefined");
        } else {
            throw JinjaException.value("a '" + Values.kind(value) + "' is no text");
        }
    }

    private static void list(List<?> list, StringBuilder text, Run run) {
        boolean tuple = list instanceof Tuple;
        text.append(tuple ? '(' : '[');
        String gap = "";
        for (Object each : list) {
            text.append(gap);
            write(each, text, run);
            gap = ", ";
        }
        text.append(tuple ? list.size() == 1 ? ",)" : ")" : "]");
    }

    private static void quote(String string, StringBuilder text, Run run) {
        char quote = string.contains("'") && !string.contains("\"") ? '"' : '\'';
        text.append(quote);
        string.codePoints().forEach(each -> {
            if (ESCAPES.containsKey(each)) {
                text.append(ESCAPES.get(each));
            } else if (each == quote) {
                text.append('\\').append(quote);
            } else if (each != ' ' && UNPRINTABLE.contains((byte) Character.getType(each))) {
                run.step();
                run.bounded(text.length());
                text.append(
                        each < BYTE
                                ? "\\x%02x".formatted(each)
                                : each < PLANE ? "\\u%04x".formatted(each) : "\\U%08x".formatted(each));
            } else {
                text.appendCodePoint(each);
            }
        });
        text.append(quote);
    }
}
