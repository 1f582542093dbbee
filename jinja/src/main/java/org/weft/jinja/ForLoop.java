package org.weft.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code {% for %}}. Each turn has names of its own: what one sets, the next does not see.
 *
 * @param filter which elements are taken; null for all
 * @param otherwise what is done where there are none; null for nothing
 */
record ForLoop(Target target, Expression elements, Expression filter, Statement body, Statement otherwise)
        implements Statement {
    private static final String LOOP = "loop";

    @Override
    public Flow run(Scope scope, Output output) {
        Run run = scope.run();
        List<Object> taken = new ArrayList<>();
        for (Object each : Values.elements(elements.value(scope), run)) {
            run.step();
            if (takes(each, scope)) {
                taken.add(each);
            }
        }
        if (taken.isEmpty()) {
            return otherwise == null ? Flow.NEXT : otherwise.run(scope.inner(), output);
        }
        Loop loop = new Loop(taken);
        for (int i = 0; i < taken.size(); i++) {
            loop.turn(i);
            Scope turn = scope.inner();
            turn.set(LOOP, loop);
            target.set(taken.get(i), turn);
            if (body.run(turn, output) == Flow.BREAK) {
                break;
            }
        }
        return Flow.NEXT;
    }

    private boolean takes(Object element, Scope scope) {
        if (filter == null) {
            return true;
        }
        Scope asked = scope.inner();
        target.set(element, asked);
        return Values.truth(filter.value(asked));
    }
}
