package org.weft.jinja;

import java.util.Map;

/** {@code namespace()}: the only thing that a template can change after it was made. */
record Namespace(Map<String, Object> attributes) {
    Object get(String name) {
        return attributes.containsKey(name)
                ? attributes.get(name)
                : new Undefined("the namespace has no attribute '" + name + "'");
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
