package org.weft.jinja;

import java.util.List;

/** What statements do that are not loops. */
final class Statements {
    /** What a block's filters are given, under a name that no template can write. */
    static final String KEPT = " kept";

    private Statements() {}

    /** A statement and where it stands. */
    record Placed(Statement statement, int line) {}

    /** A body and when it is run. */
    record Branch(Expression condition, Statement body) {}

    static Statement sequence(List<Placed> all) {
        List<Placed> statements = List.copyOf(all);
        return (scope, output) -> {
            for (Placed each : statements) {
                scope.run().step();
                try {
                    Statement.Flow flow = each.statement().run(scope, output);
                    if (flow != Statement.Flow.NEXT) {
                        return flow;
                    }
                } catch (JinjaException failed) {
                    throw failed.at(each.line());
                }
            }
            return Statement.Flow.NEXT;
        };
    }

    static Statement write(Expression expression) {
        return (scope, output) -> {
            output.write(Values.text(expression.value(scope), scope.run()), scope.run());
            return Statement.Flow.NEXT;
        };
    }

    /** @param otherwise null for none */
    static Statement condition(List<Branch> branches, Statement otherwise) {
        return (scope, output) -> {
            for (Branch each : branches) {
                if (Values.truth(each.condition().value(scope))) {
                    return each.body().run(scope, output);
                }
            }
            return otherwise == null ? Statement.Flow.NEXT : otherwise.run(scope, output);
        };
    }

    /** What the assistant says; as in a macro, names that are set here are not seen behind it. */
    static Statement generation(Statement body) {
        return (scope, output) -> {
            int start = output.length();
            body.run(scope.inner(), output);
            output.generated(start);
            return Statement.Flow.NEXT;
        };
    }

    /** Sets a name to what a block writes. */
    static Statement keep(Statement body, Expression filtered, Target target) {
        return (scope, output) -> {
            target.set(filtered.value(kept(body, scope, output)), scope);
            return Statement.Flow.NEXT;
        };
    }

    /** Writes what a block writes, filtered. */
    static Statement filter(Statement body, Expression filtered) {
        return (scope, output) -> {
            output.write(Values.text(filtered.value(kept(body, scope, output)), scope.run()), scope.run());
            return Statement.Flow.NEXT;
        };
    }

    private static Scope kept(Statement body, Scope scope, Output output) {
        Output aside = output.aside();
        body.run(scope.inner(), aside);
        Scope inner = scope.inner();
        inner.set(KEPT, aside.text());
        return inner;
    }
}
