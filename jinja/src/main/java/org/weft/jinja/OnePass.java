package org.weft.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Python's generator, as filters like {@code selectattr} give one: true, without a length, and empty once it was gone through. */
final class OnePass {
    private final Iterator<Object> rest;

    OnePass(List<Object> elements) {
        this.rest = elements.iterator();
    }

    /** All that is left. */
    List<Object> rest() {
        List<Object> all = new ArrayList<>();
        rest.forEachRemaining(all::add);
        return all;
    }

    /** The next one. */
    Object next(Object otherwise) {
        return rest.hasNext() ? rest.next() : otherwise;
    }
}
