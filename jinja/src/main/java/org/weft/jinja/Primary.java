package org.weft.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.jinja.Token.Kind;

/** Reads values by themselves: names, literals, what stands in brackets. */
final class Primary {
    private final ExpressionParser parser;

    Primary(ExpressionParser parser) {
        this.parser = parser;
    }

    Expression read() {
        Token token = parser.tokens().next();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case STRING -> string(token.text());
            case INTEGER -> constant(number(token));
            case FLOAT -> constant(Double.parseDouble(token.text().replace("_", "")));
            case OPERATOR -> bracketed(token);
            default -> throw parser.tokens().unexpected(token);
        };
    }

    private static Expression constant(Object value) {
        return scope -> value;
    }

    private Expression name(String name) {
        parser.tokens().mention(name);
        return switch (name) {
            case "true", "True" -> constant(true);
            case "false", "False" -> constant(false);
            case "none", "None" -> constant(null);
            default -> scope -> scope.get(name);
        };
    }

    private Expression string(String first) {
        StringBuilder text = new StringBuilder(first);
        while (parser.tokens().peek().kind() == Kind.STRING) {
            text.append(parser.tokens().next().text());
        }
        return constant(text.toString());
    }

    private Object number(Token token) {
        String digits = token.text().replace("_", "").toLowerCase(Locale.ROOT);
        try {
            return digits.startsWith("0x")
                    ? Long.parseLong(digits.substring(2), 16)
                    : digits.startsWith("0b")
                            ? Long.parseLong(digits.substring(2), 2)
                            : digits.startsWith("0o") ? Long.parseLong(digits.substring(2), 8) : Long.parseLong(digits);
        } catch (NumberFormatException large) {
            throw JinjaException.syntax("the number is too large: " + token.text(), token.line());
        }
    }

    private Expression bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> {
                if (parser.tokens().skip(")")) {
                    yield constant(new Tuple(List.of()));
                }
                Expression inside = parser.tuple();
                parser.tokens().expect(")");
                yield inside;
            }
            case "[" -> {
                List<Expression> parts = until("]");
                yield scope -> ExpressionParser.values(parts, scope);
            }
            case "{" -> map();
            default -> throw parser.tokens().unexpected(token);
        };
    }

    private List<Expression> until(String close) {
        List<Expression> parts = new ArrayList<>();
        while (!parser.tokens().skip(close)) {
            parts.add(parser.expression());
            if (!parser.tokens().peek().operator(close)) {
                parser.tokens().expect(",");
            }
        }
        return parts;
    }

    private Expression map() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> contents = new ArrayList<>();
        while (!parser.tokens().skip("}")) {
            keys.add(parser.expression());
            parser.tokens().expect(":");
            contents.add(parser.expression());
            if (!parser.tokens().peek().operator("}")) {
                parser.tokens().expect(",");
            }
        }
        return scope -> {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                scope.run().made(2);
                map.put(
                        Values.key(Markup.plain(keys.get(i).value(scope)), scope.run()),
                        Markup.plain(contents.get(i).value(scope)));
            }
            return map;
        };
    }
}
