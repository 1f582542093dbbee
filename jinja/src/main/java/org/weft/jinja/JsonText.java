package org.weft.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Values as Python's {@code json.dumps} writes them. */
final class JsonText {
    private final boolean ascii;
    private final String indent; // null for one line
    private final String comma;
    private final String colon;
    private final boolean sorted;
    private final Run run;
    private final StringBuilder text = new StringBuilder();

    private JsonText(Map<String, Object> options, Run run) {
        Object given = options.get("indent");
        this.indent = given == null ? null : given instanceof String own ? own : " ".repeat(run.few(given, "indent"));
        Object separators = options.get("separators");
        boolean own = separators instanceof List<?> list && list.size() == 2;
        this.comma = own ? Values.text(((List<?>) separators).get(0), run) : indent == null ? ", " : ",";
        this.colon = own ? Values.text(((List<?>) separators).get(1), run) : ": ";
        this.ascii = Values.truth(options.get("ensure_ascii"));
        this.sorted = Values.truth(options.get("sort_keys"));
        this.run = run;
    }

    /** JSON of a value. */
    static String of(Object value, Arguments arguments, Run run) {
        JsonText json =
                new JsonText(arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys"), run);
        json.write(value, 1);
        return json.text.toString();
    }

    private void write(Object value, int depth) {
        run.made(1);
        if (value instanceof Map<?, ?> map) {
            List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
            if (sorted) {
                entries.sort(Comparator.comparing(Map.Entry::getKey, (a, b) -> Values.compare(a, b, run)));
            }
            between('{', '}', entries, depth, each -> {
                quote(key(each.getKey()));
                append(colon);
                write(each.getValue(), depth + 1);
            });
        } else if (value instanceof List<?> list) {
            between('[', ']', list, depth, each -> write(each, depth + 1));
        } else if (value instanceof String string) {
            quote(string);
        } else {
            append(plain(value));
        }
    }

    private <T> void between(char open, char close, List<T> elements, int depth, Consumer<? super T> writer) {
        text.append(open);
        String gap = "";
        for (T each : elements) {
            append(gap);
            newLine(depth);
            writer.accept(each);
            gap = comma;
        }
        if (!elements.isEmpty()) {
            newLine(depth - 1);
        }
        text.append(close);
    }

    private void newLine(int depth) {
        if (indent != null) {
            run.text((long) depth * indent.length());
            append("\n");
            append(indent.repeat(depth));
        }
    }

    private void append(String part) {
        run.looked(part.length());
        run.bounded((long) text.length() + part.length());
        text.append(part);
    }

    private String plain(Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof Double fraction) {
            run.fraction();
            return fraction.isNaN()
                    ? "NaN"
                    : fraction.isInfinite() ? fraction > 0 ? "Infinity" : "-Infinity" : Numbers.text(fraction);
        }
        if (value instanceof Boolean || value instanceof Number) {
            run.looked(value instanceof BigInteger large ? large.bitLength() : 0);
            return value.toString();
        }
        throw value instanceof Undefined nothing
                ? nothing.used()
                : JinjaException.value("a '" + Values.kind(value) + "' is no JSON");
    }

    private String key(Object key) {
        return key instanceof String text ? text : plain(key);
    }

    private void quote(String string) {
        run.looked(string.length());
        run.bounded((long) text.length() + string.length());
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char each = string.charAt(i);
            switch (each) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                default -> {
                    if (each < ' ' || ascii && each > '~') {
                        append("\\u%04x".formatted((int) each));
                    } else {
                        text.append(each);
                    }
                }
            }
        }
        text.append('"');
        run.bounded(text.length());
    }
}
