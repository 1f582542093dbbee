package org.weft.jinja;

import java.util.List;

/** What a value is given to. */
interface Target {
    void set(Object value, Scope scope);

    static Target name(String name) {
        return (value, scope) -> scope.set(name, value);
    }

    /** An attribute of a namespace. */
    static Target attribute(String name, String attribute) {
        return (value, scope) -> {
            if (!(scope.get(name) instanceof Namespace namespace)) {
                throw JinjaException.value("'" + name + "' is no namespace: nothing can be set in it");
            }
            scope.run().step();
            namespace.attributes().put(attribute, value);
        };
    }

    /** Each gets an element. */
    static Target several(List<Target> parts) {
        return (value, scope) -> {
            List<?> elements = Values.elements(value, scope.run());
            if (elements.size() != parts.size()) {
                throw JinjaException.value(parts.size() + " names cannot be set to " + elements.size() + " values");
            }
            for (int i = 0; i < parts.size(); i++) {
                parts.get(i).set(elements.get(i), scope);
            }
        };
    }
}
