package org.weft.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.weft.jinja.Token.Kind;

/** Reads a template's statements. */
final class Parser {
    private static final Set<String> OF_OTHER_FILES = Set.of("include", "import", "from", "extends", "block");

    private final Tokens tokens;
    private final ExpressionParser expressions;
    private final Postfix postfix;
    private int loops; // that a break would be in

    private Parser(Tokens tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
        this.postfix = new Postfix(expressions);
    }

    /** A template's statements; what it names goes to the tokens. */
    static Statement all(Tokens tokens) {
        return new Parser(tokens).until(List.of());
    }

    /** Statements until one of some words, which is read, too. */
    private Statement until(List<String> ends) {
        tokens.deeper();
        List<Statements.Placed> all = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            Statement statement;
            switch (token.kind()) {
                case TEXT -> {
                    String text = token.text();
                    statement = (scope, output) -> {
                        output.write(text, scope.run());
                        return Statement.Flow.NEXT;
                    };
                }
                case VALUE_BEGIN -> {
                    statement = Statements.write(expressions.tuple());
                    tokens.expect(Kind.VALUE_END);
                }
                case BLOCK_BEGIN -> {
                    if (ends.contains(tokens.peek().text())) {
                        tokens.shallower();
                        return Statements.sequence(all);
                    }
                    statement = block();
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw JinjaException.syntax(
                                "expected {% " + String.join(" %} or {% ", ends) + " %}, found " + token, token.line());
                    }
                    tokens.shallower();
                    return Statements.sequence(all);
                }
            }
            all.add(new Statements.Placed(statement, token.line()));
        }
    }

    private Statement block() {
        Token word = tokens.expectName();
        return switch (word.text()) {
            case "if" -> condition();
            case "for" -> loop();
            case "set" -> assignment();
            case "macro" -> macro();
            case "call" -> callBlock();
            case "filter" -> filterBlock();
            case "with" -> with();
            case "generation" -> {
                tokens.mention("generation");
                yield Statements.generation(bodyOfItsOwn("endgeneration"));
            }
            case "break", "continue" -> {
                if (loops == 0) {
                    throw JinjaException.syntax("{% " + word.text() + " %} stands in no loop", word.line());
                }
                tokens.expect(Kind.BLOCK_END);
                Statement.Flow flow = word.name("break") ? Statement.Flow.BREAK : Statement.Flow.CONTINUE;
                yield (scope, output) -> flow;
            }
            default ->
                throw JinjaException.syntax(
                        OF_OTHER_FILES.contains(word.text())
                                ? "{% " + word.text() + " %} is not known here: a chat template is one file"
                                : "there is no {% " + word.text() + " %} here",
                        word.line());
        };
    }

    /** What stands between a block that ends here and another. */
    private Statement body(String end) {
        tokens.expect(Kind.BLOCK_END);
        Statement body = until(List.of(end));
        tokens.next();
        tokens.expect(Kind.BLOCK_END);
        return body;
    }

    /** The same of a block that a loop around it does not reach into. */
    private Statement bodyOfItsOwn(String end) {
        int around = loops;
        loops = 0;
        Statement body = body(end);
        loops = around;
        return body;
    }

    private Statement condition() {
        List<Statements.Branch> branches = new ArrayList<>();
        Expression condition = expressions.tuple();
        while (true) {
            tokens.expect(Kind.BLOCK_END);
            Statement body = until(List.of("elif", "else", "endif"));
            branches.add(new Statements.Branch(condition, body));
            if (tokens.skipName("elif")) {
                condition = expressions.tuple();
            } else {
                Statement otherwise = tokens.next().name("else") ? body("endif") : null;
                if (otherwise == null) {
                    tokens.expect(Kind.BLOCK_END);
                }
                return Statements.condition(branches, otherwise);
            }
        }
    }

    private Statement loop() {
        Target target = target(true);
        if (!tokens.skipName("in")) {
            throw tokens.unexpected(tokens.peek());
        }
        Expression elements = listOfLoop();
        Expression filter = tokens.skipName("if") ? expressions.expression() : null;
        if (tokens.peek().name("recursive")) {
            throw JinjaException.syntax(
                    "recursive loops are not known here", tokens.peek().line());
        }
        tokens.expect(Kind.BLOCK_END);
        loops++;
        Statement body = until(List.of("else", "endfor"));
        loops--;
        Statement otherwise = tokens.next().name("else") ? body("endfor") : null;
        if (otherwise == null) {
            tokens.expect(Kind.BLOCK_END);
        }
        return new ForLoop(target, elements, filter, body, otherwise);
    }

    private Expression listOfLoop() {
        Expression first = expressions.or();
        if (!tokens.peek().operator(",")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skip(",")) {
            parts.add(expressions.or());
        }
        return scope -> {
            List<Object> values = new ArrayList<>();
            parts.forEach(each -> values.add(each.value(scope)));
            return new Tuple(values);
        };
    }

    /** What is set: names, perhaps in brackets, or an attribute of a namespace. */
    private Target target(boolean several) {
        List<Target> parts = new ArrayList<>();
        do {
            if (tokens.skip("(")) {
                parts.add(target(true));
                tokens.expect(")");
            } else if (!parts.isEmpty() && tokens.ends()) {
                break;
            } else {
                String name = tokens.expectName().text();
                parts.add(
                        tokens.skip(".")
                                ? Target.attribute(name, tokens.expectName().text())
                                : Target.name(name));
            }
        } while (several && tokens.skip(","));
        return parts.size() == 1 ? parts.get(0) : Target.several(parts);
    }

    private Statement assignment() {
        Target target = target(true);
        if (tokens.skip("=")) {
            Expression value = expressions.tuple();
            tokens.expect(Kind.BLOCK_END);
            return (scope, output) -> {
                target.set(value.value(scope), scope);
                return Statement.Flow.NEXT;
            };
        }
        Expression filtered = scope -> scope.get(Statements.KEPT);
        while (tokens.skip("|")) {
            filtered = postfix.filter(filtered);
        }
        return Statements.keep(body("endset"), filtered, target);
    }

    private Statement filterBlock() {
        Expression filtered = scope -> scope.get(Statements.KEPT);
        do {
            filtered = postfix.filter(filtered);
        } while (tokens.skip("|"));
        return Statements.filter(body("endfilter"), filtered);
    }

    private Statement with() {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (tokens.peek().kind() != Kind.BLOCK_END) {
            targets.add(target(false));
            tokens.expect("=");
            values.add(expressions.expression());
            if (tokens.peek().kind() != Kind.BLOCK_END) {
                tokens.expect(",");
            }
        }
        Statement body = body("endwith");
        return (scope, output) -> {
            Scope inner = scope.inner();
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).set(values.get(i).value(scope), inner);
            }
            return body.run(inner, output);
        };
    }

    private List<Macro.Parameter> parameters() {
        List<Macro.Parameter> parameters = new ArrayList<>();
        tokens.expect("(");
        while (!tokens.skip(")")) {
            String name = tokens.expectName().text();
            parameters.add(new Macro.Parameter(name, tokens.skip("=") ? expressions.expression() : null));
            if (!tokens.peek().operator(")")) {
                tokens.expect(",");
            }
        }
        return parameters;
    }

    private Statement macro() {
        String name = tokens.expectName().text();
        List<Macro.Parameter> parameters = parameters();
        Statement body = bodyOfItsOwn("endmacro");
        return (scope, output) -> {
            scope.set(name, new Macro(name, parameters, body, scope, output));
            return Statement.Flow.NEXT;
        };
    }

    private Statement callBlock() {
        List<Macro.Parameter> parameters = tokens.peek().operator("(") ? parameters() : List.of();
        Expression callee = expressions.primary();
        while (tokens.skip(".")) {
            callee = postfix.named(callee);
        }
        Expression called = callee;
        Postfix.Call arguments = postfix.arguments();
        Statement body = bodyOfItsOwn("endcall");
        return (scope, output) -> {
            Arguments given = arguments.in(scope);
            Map<String, Object> named = new LinkedHashMap<>(given.named());
            named.put("caller", new Macro("caller", parameters, body, scope, output));
            Object text = Postfix.called(called.value(scope), new Arguments(given.positional(), named), scope.run());
            output.write(Values.text(text, scope.run()), scope.run());
            return Statement.Flow.NEXT;
        };
    }
}
