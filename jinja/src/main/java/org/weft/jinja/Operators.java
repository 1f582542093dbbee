package org.weft.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's operators between two values. */
final class Operators {
    private Operators() {}

    /** {@code + - * / // % **}. */
    static Object compute(String sign, Object left, Object right, Run run) {
        run.step();
        for (Object each : new Object[] {left, right}) {
            if (each instanceof Undefined nothing) {
                throw nothing.used();
            }
        }
        if (Numbers.number(left) && Numbers.number(right)) {
            return Numbers.compute(sign, left, right);
        }
        if (left instanceof Markup || right instanceof Markup) {
            return marked(sign, left, right, run);
        }
        if (sign.equals("+") && left instanceof String one && right instanceof String other) {
            run.text((long) one.length() + other.length());
            return one + other;
        }
        if (sign.equals("+")
                && left instanceof List<?> one
                && right instanceof List<?> other
                && one instanceof Tuple == other instanceof Tuple) {
            run.made((long) one.size() + other.size());
            List<Object> both = new ArrayList<>(one);
            both.addAll(other);
            return one instanceof Tuple ? new Tuple(both) : both;
        }
        if (sign.equals("*") && Numbers.whole(right)) {
            return repeated(left, right, run);
        }
        if (sign.equals("*") && Numbers.whole(left)) {
            return repeated(right, left, run);
        }
        if (sign.equals("%") && left instanceof String format) {
            return PrintfText.of(format, right, run);
        }
        throw JinjaException.value("'" + Values.kind(left) + "' " + sign + " '" + Values.kind(right)
                + "' is not possible: write | string, or ~");
    }

    private static Object marked(String sign, Object left, Object right, Run run) {
        boolean texts = Markup.plain(left) instanceof String && Markup.plain(right) instanceof String;
        return sign.equals("+") && texts
                ? new Markup((String) compute(sign, Markup.escaped(left, run), Markup.escaped(right, run), run))
                : compute(sign, Markup.plain(left), Markup.plain(right), run);
    }

    private static Object repeated(Object what, Object often, Run run) {
        long times = Math.max(0, Numbers.integer(often, "the number"));
        if (what instanceof String text) {
            run.text(text.isEmpty() ? 0 : product(text.length(), times));
            return text.isEmpty() ? "" : text.repeat((int) times);
        }
        if (what instanceof List<?> list) {
            run.made(product(list.size(), times));
            List<Object> all = new ArrayList<>();
            for (long i = 0; i < times && !list.isEmpty(); i++) {
                all.addAll(list);
            }
            return all;
        }
        throw JinjaException.value("'" + Values.kind(what) + "' cannot be repeated");
    }

    private static long product(long size, long times) {
        return times > Integer.MAX_VALUE ? size == 0 ? 0 : Long.MAX_VALUE >> 1 : size * times;
    }

    /** {@code == != < <= > >= in}, and {@code not in}. */
    static boolean holds(String sign, Object one, Object other, Run run) {
        run.step();
        Object left = Markup.plain(one);
        Object right = Markup.plain(other);
        return switch (sign) {
            case "==" -> Values.equal(left, right, run);
            case "!=" -> !Values.equal(left, right, run);
            case "<" -> Values.compare(left, right, run) < 0;
            case "<=" -> Values.compare(left, right, run) <= 0;
            case ">" -> Values.compare(left, right, run) > 0;
            case ">=" -> Values.compare(left, right, run) >= 0;
            case "in" -> Values.contains(right, left, run);
            default -> !Values.contains(right, left, run);
        };
    }

    static Object negated(Object value, Run run) {
        run.step();
        if (value instanceof Undefined nothing) {
            throw nothing.used();
        }
        if (!Numbers.number(value)) {
            throw JinjaException.value("-'" + Values.kind(value) + "' is not possible");
        }
        return value instanceof Double fraction ? (Object) (-fraction) : Numbers.compute("-", 0L, value);
    }
}
