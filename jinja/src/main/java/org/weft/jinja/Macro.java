package org.weft.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code {% macro %}}: called, it gives the text that its body writes. It sees the names around the place where it stands.
 *
 * @param output of the template that it stands in
 */
record Macro(String name, List<Parameter> parameters, Statement body, Scope around, Output output) implements Callable {
    private static final String CALLER = "caller";

    /** @param otherwise what it is where it is not given; null for undefined */
    record Parameter(String name, Expression otherwise) {}

    @Override
    public Object call(Arguments arguments, Run run) {
        run.enter();
        try {
            Scope scope = around.inner();
            String[] names = parameters.stream().map(Parameter::name).toArray(String[]::new);
            boolean called =
                    arguments.named().containsKey(CALLER) && !List.of(names).contains(CALLER);
            scope.set(CALLER, called ? arguments.named().get(CALLER) : Undefined.name(CALLER));
            Map<String, Object> given = (called ? without(arguments) : arguments).bind("macro " + name, names);
            for (Parameter each : parameters) {
                Object value = given.containsKey(each.name())
                        ? given.get(each.name())
                        : each.otherwise() == null
                                ? Undefined.name(each.name())
                                : each.otherwise().value(scope);
                scope.set(each.name(), value);
            }
            Output text = output.aside();
            body.run(scope, text);
            return text.text();
        } finally {
            run.leave();
        }
    }

    private static Arguments without(Arguments arguments) {
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        named.remove(CALLER);
        return new Arguments(arguments.positional(), named);
    }
}
