package org.weft.jinja;

import java.util.ArrayList;
import java.util.List;
import org.weft.jinja.Token.Kind;

/**
 * Reads expressions. From the loosest to the closest: {@code x if y else z}, or, and, not, comparisons, {@code + -},
 * {@code ~}, {@code * / // %}, {@code **}, signs, and what stands behind a value.
 */
final class ExpressionParser {
    private static final List<String> COMPARISONS = List.of("==", "!=", "<", "<=", ">", ">=");
    /** Of sums and products in one chain: they are computed within each other. */
    private static final int LONGEST_CHAIN = 500;

    private final Tokens tokens;
    private final Postfix postfix = new Postfix(this);
    private final Primary primary = new Primary(this);

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    Tokens tokens() {
        return tokens;
    }

    /** One expression, or several with commas between them as a tuple. */
    Expression tuple() {
        Expression first = expression();
        if (!tokens.peek().operator(",")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skip(",") && !tokens.ends()) {
            parts.add(expression());
        }
        return tupleOf(parts);
    }

    private static Expression tupleOf(List<Expression> parts) {
        return scope -> new Tuple(values(parts, scope));
    }

    static List<Object> values(List<Expression> parts, Scope scope) {
        scope.run().made(parts.size());
        List<Object> values = new ArrayList<>(parts.size());
        for (Expression each : parts) {
            values.add(Markup.plain(each.value(scope)));
        }
        return values;
    }

    Expression expression() {
        tokens.deeper();
        Expression value = or();
        while (tokens.skipName("if")) {
            Expression then = value;
            Expression condition = or();
            Expression otherwise =
                    tokens.skipName("else") ? expression() : scope -> new Undefined("the inline if has no else");
            value = scope -> (Values.truth(condition.value(scope)) ? then : otherwise).value(scope);
        }
        tokens.shallower();
        return value;
    }

    /** An expression without {@code x if y}, as the list of a loop is, whose own if follows. */
    Expression or() {
        List<Expression> parts = new ArrayList<>(List.of(and()));
        while (tokens.skipName("or")) {
            parts.add(and());
        }
        return parts.size() == 1 ? parts.get(0) : scope -> logical(parts, scope, true);
    }

    private Expression and() {
        List<Expression> parts = new ArrayList<>(List.of(not()));
        while (tokens.skipName("and")) {
            parts.add(not());
        }
        return parts.size() == 1 ? parts.get(0) : scope -> logical(parts, scope, false);
    }

    private static Object logical(List<Expression> parts, Scope scope, boolean decides) {
        Object value = null;
        for (Expression each : parts) {
            value = each.value(scope);
            if (Values.truth(value) == decides) {
                return value;
            }
        }
        return value;
    }

    private Expression not() {
        if (tokens.skipName("not")) {
            tokens.deeper();
            Expression value = not();
            tokens.shallower();
            return scope -> !Values.truth(value.value(scope));
        }
        return comparison();
    }

    /** A comparison's sign and what stands on its right. */
    private record Compared(String sign, Expression right) {}

    private Expression comparison() {
        Expression first = sum();
        List<Compared> rest = new ArrayList<>();
        for (String sign = comparing(); sign != null; sign = comparing()) {
            rest.add(new Compared(sign, sum()));
        }
        return rest.isEmpty()
                ? first
                : scope -> {
                    Object left = first.value(scope);
                    for (Compared each : rest) {
                        Object right = each.right().value(scope);
                        if (!Operators.holds(each.sign(), left, right, scope.run())) {
                            return false;
                        }
                        left = right;
                    }
                    return true;
                };
    }

    private String comparing() {
        Token token = tokens.peek();
        if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
            return tokens.next().text();
        }
        if (token.name("in") || token.name("not") && tokens.peek(1).name("in")) {
            tokens.next();
            return token.name("in") ? "in" : "not " + tokens.next().text();
        }
        return null;
    }

    private Expression sum() {
        Expression value = concatenation();
        int terms = 0;
        while (tokens.peek().operator("+") || tokens.peek().operator("-")) {
            value = computed(tokens.next().text(), value, concatenation(), ++terms);
        }
        return value;
    }

    private Expression computed(String sign, Expression left, Expression right, int terms) {
        if (terms > LONGEST_CHAIN) {
            throw tokens.tooDeep();
        }
        return scope -> Operators.compute(sign, left.value(scope), right.value(scope), scope.run());
    }

    private Expression concatenation() {
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (tokens.skip("~")) {
            parts.add(product());
        }
        return parts.size() == 1
                ? parts.get(0)
                : scope -> {
                    Run run = scope.run();
                    StringBuilder text = new StringBuilder();
                    for (Expression each : parts) {
                        String part = Values.text(each.value(scope), run);
                        run.looked(part.length());
                        run.bounded((long) text.length() + part.length());
                        text.append(part);
                    }
                    return text.toString();
                };
    }

    private Expression product() {
        Expression value = power();
        int factors = 0;
        while (List.of("*", "/", "//", "%").contains(tokens.peek().text())
                && tokens.peek().kind() == Kind.OPERATOR) {
            value = computed(tokens.next().text(), value, power(), ++factors);
        }
        return value;
    }

    private Expression power() {
        Expression value = signed(true);
        int powers = 0;
        while (tokens.peek().operator("**")) {
            tokens.next();
            value = computed("**", value, signed(true), ++powers);
        }
        return value;
    }

    private Expression signed(boolean filtered) {
        Expression value;
        if (tokens.peek().operator("-") || tokens.peek().operator("+")) {
            String sign = tokens.next().text();
            tokens.deeper();
            Expression of = signed(false);
            tokens.shallower();
            value = sign.equals("-") ? scope -> Operators.negated(of.value(scope), scope.run()) : of;
        } else {
            value = postfix.after(primary.read());
        }
        return filtered ? postfix.filtered(value) : value;
    }

    /** A value by itself: a name, a literal, what stands in brackets. */
    Expression primary() {
        return primary.read();
    }
}
