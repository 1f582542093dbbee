package org.weft.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a call is given. */
record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /**
     * The arguments by the names of the parameters; those that are not given are not there.
     *
     * @param what is called, for errors
     */
    Map<String, Object> bind(String what, String... parameters) {
        Map<String, Object> bound = new LinkedHashMap<>();
        if (positional.size() > parameters.length) {
            throw JinjaException.value(
                    what + " takes at most " + parameters.length + " arguments, not " + positional.size());
        }
        for (int i = 0; i < positional.size(); i++) {
            bound.put(parameters[i], positional.get(i));
        }
        named.forEach((name, value) -> {
            if (!List.of(parameters).contains(name) || bound.containsKey(name)) {
                throw JinjaException.value(what + " takes no argument '" + name + "' here");
            }
            bound.put(name, value);
        });
        return bound;
    }

    /** The first one, which has to be there. */
    Object first(String what) {
        if (positional.isEmpty()) {
            throw JinjaException.value(what + " needs an argument");
        }
        return positional.get(0);
    }

    /** All but the first ones. */
    Arguments from(int index) {
        return new Arguments(
                new ArrayList<>(positional.subList(Math.min(index, positional.size()), positional.size())), named);
    }
}
