package org.weft.jinja;

import java.util.HashMap;
import java.util.Map;

/** Names and what they stand for; those that are not here are looked for around. A loop's turn, a macro's call have their own. */
final class Scope {
    private final Scope around; // null of the outermost
    private final Map<String, Object> names = new HashMap<>();
    private final Run run;

    Scope(Scope around, Run run) {
        this.around = around;
        this.run = run;
    }

    Scope inner() {
        return new Scope(this, run);
    }

    Run run() {
        return run;
    }

    Object get(String name) {
        run.step();
        for (Scope scope = this; scope != null; scope = scope.around) {
            Object value = scope.names.get(name);
            if (value != null || scope.names.containsKey(name)) {
                return value;
            }
        }
        return Undefined.name(name, run.strict());
    }

    void set(String name, Object value) {
        names.put(name, value);
    }
}
