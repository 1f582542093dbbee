package org.weft.jinja;

import java.util.List;

/** {@code loop} in the body of a {@code for}. */
final class Loop {
    private final List<?> elements;
    private int index;
    private List<Object> before; // what loop.changed was given last

    Loop(List<?> elements) {
        this.elements = elements;
    }

    void turn(int at) {
        index = at;
    }

    Object get(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) elements.size() - index;
            case "revindex0" -> elements.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == elements.size() - 1;
            case "length" -> (long) elements.size();
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> index == 0 ? new Undefined("there is no previous item") : elements.get(index - 1);
            case "nextitem" ->
                index == elements.size() - 1 ? new Undefined("there is no next item") : elements.get(index + 1);
            case "cycle" ->
                (Callable) (arguments, run) -> {
                    arguments.first("loop.cycle");
                    return arguments
                            .positional()
                            .get(index % arguments.positional().size());
                };
            case "changed" ->
                (Callable) (arguments, run) -> {
                    boolean same = before != null && Values.equal(before, arguments.positional(), run);
                    before = arguments.positional();
                    return !same;
                };
            default -> new Undefined("'loop' has no '" + name + "'");
        };
    }
}
