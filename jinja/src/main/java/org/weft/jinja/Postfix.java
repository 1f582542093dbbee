package org.weft.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.jinja.Token.Kind;

/** Reads what stands behind a value: {@code .name}, {@code [key]}, {@code (arguments)}, {@code | filter}, {@code is test}. */
final class Postfix {
    /** Steps behind one value: they are computed within each other. */
    private static final int MOST = 500;

    private final ExpressionParser parser;

    Postfix(ExpressionParser parser) {
        this.parser = parser;
    }

    private Tokens tokens() {
        return parser.tokens();
    }

    /** A value with its names, keys and calls. */
    Expression after(Expression first) {
        Expression value = first;
        for (int steps = 0; ; steps++) {
            if (steps > MOST) {
                throw tokens().tooDeep();
            }
            if (tokens().skip(".")) {
                value = named(value);
            } else if (tokens().skip("[")) {
                value = subscript(value);
            } else if (tokens().peek().operator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    /** The name that stands next, of a value. */
    Expression named(Expression of) {
        Token name = tokens().next();
        if (name.kind() == Kind.NAME) {
            tokens().mention("." + name.text());
            return scope -> Access.attribute(of.value(scope), name.text(), scope.run());
        }
        if (name.kind() == Kind.INTEGER) {
            long index = Long.parseLong(name.text());
            return scope -> Access.item(of.value(scope), index, scope.run());
        }
        throw tokens().unexpected(name);
    }

    private Expression subscript(Expression of) {
        Expression[] bounds = new Expression[3]; // start, stop, step
        int colons = 0;
        while (!tokens().skip("]")) {
            if (tokens().skip(":")) {
                if (++colons == bounds.length) {
                    throw tokens().unexpected(tokens().peek());
                }
            } else if (bounds[colons] == null) {
                if (tokens().peek().kind() == Kind.STRING) {
                    tokens().mention("." + tokens().peek().text());
                }
                bounds[colons] = parser.tuple();
            } else {
                throw tokens().unexpected(tokens().peek());
            }
        }
        if (colons == 0) {
            Expression key = bounds[0];
            if (key == null) {
                throw tokens().unexpected(tokens().peek());
            }
            return scope -> Access.item(of.value(scope), key.value(scope), scope.run());
        }
        return scope -> {
            Object value = of.value(scope);
            Object[] given = new Object[bounds.length];
            for (int i = 0; i < bounds.length; i++) {
                given[i] = bounds[i] == null ? null : bounds[i].value(scope);
            }
            return Access.slice(value, given, scope.run());
        };
    }

    private Expression call(Expression of) {
        Call arguments = arguments();
        return scope -> called(of.value(scope), arguments.in(scope), scope.run());
    }

    static Object called(Object what, Arguments arguments, Run run) {
        run.looked(arguments.positional().size() + characters(arguments));
        if (what instanceof Callable callable) {
            return callable.call(arguments, run);
        }
        throw what instanceof Undefined nothing
                ? nothing.used()
                : JinjaException.value("a '" + Values.kind(what) + "' cannot be called");
    }

    private static long characters(Arguments arguments) {
        return arguments.positional().stream()
                .mapToLong(each -> each instanceof String text ? text.length() : 0)
                .sum();
    }

    /**
     * Arguments as they stand in a call.
     *
     * @param more {@code *list} behind those by place; null for none
     * @param moreNamed {@code **map} behind those by name; null for none
     */
    record Call(List<Expression> positional, Map<String, Expression> named, Expression more, Expression moreNamed) {
        static final Call NONE = new Call(List.of(), Map.of(), null, null);

        Arguments in(Scope scope) {
            List<Object> values = new ArrayList<>(positional.size());
            for (Expression each : positional) {
                values.add(Markup.plain(each.value(scope)));
            }
            if (more != null) {
                List<?> rest = Values.elements(more.value(scope), scope.run());
                scope.run().made(rest.size());
                values.addAll(rest);
            }
            Map<String, Object> byName = new LinkedHashMap<>();
            named.forEach((name, value) -> byName.put(name, Markup.plain(value.value(scope))));
            if (moreNamed != null) {
                Values.map(moreNamed.value(scope), "**")
                        .forEach((name, value) -> byName.put(String.valueOf(name), value));
            }
            return new Arguments(values, byName);
        }
    }

    /** {@code (a, b=c, *d, **e)}. */
    Call arguments() {
        tokens().expect("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Expression more = null;
        Expression moreNamed = null;
        while (!tokens().skip(")")) {
            Token name = tokens().peek();
            if (more == null && tokens().skip("*")) {
                more = parser.expression();
            } else if (moreNamed == null && tokens().skip("**")) {
                moreNamed = parser.expression();
            } else if (name.kind() == Kind.NAME && tokens().peek(1).operator("=")) {
                tokens().next();
                tokens().next();
                named.put(name.text(), parser.expression());
            } else {
                positional.add(parser.expression());
            }
            if (!tokens().peek().operator(")")) {
                tokens().expect(",");
            }
        }
        return new Call(positional, named, more, moreNamed);
    }

    /** A value with its filters and tests. */
    Expression filtered(Expression first) {
        Expression value = first;
        for (int steps = 0; ; steps++) {
            if (steps > MOST) {
                throw tokens().tooDeep();
            }
            if (tokens().skip("|")) {
                value = filter(value);
            } else if (tokens().skipName("is")) {
                value = test(value);
            } else if (tokens().peek().operator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    /** The filter that stands next, of a value. */
    Expression filter(Expression of) {
        Token name = tokens().expectName();
        Call arguments = tokens().peek().operator("(") ? arguments() : Call.NONE;
        return scope -> {
            scope.run().step();
            return Filters.required(name.text()).apply(Markup.plain(of.value(scope)), arguments.in(scope), scope.run());
        };
    }

    private Expression test(Expression of) {
        boolean not = tokens().skipName("not");
        Token name = tokens().next();
        Call arguments = tokens().peek().operator("(") ? arguments() : bare();
        return scope -> {
            scope.run().step();
            return not
                    != Tests.required(name.text())
                            .holds(Markup.plain(of.value(scope)), arguments.in(scope), scope.run());
        };
    }

    /** The one argument of a test that stands without brackets. */
    private Call bare() {
        Token next = tokens().peek();
        boolean value = next.kind() == Kind.NAME
                        && !List.of("else", "or", "and", "if", "is", "not", "in")
                                .contains(next.text())
                || List.of(Kind.STRING, Kind.INTEGER, Kind.FLOAT).contains(next.kind())
                || List.of("[", "{").contains(next.text()) && next.kind() == Kind.OPERATOR;
        return value ? new Call(List.of(after(parser.primary())), Map.of(), null, null) : Call.NONE;
    }
}
