package org.weft.hub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.model.HubTable;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * Which tensor each parameter comes from.
 *
 * @param sources tensors by the parameters' names
 * @param fresh parameters that no file has, and that start anew
 * @param leftOut tensors that Weft's model has no place for, by their names in the files
 */
record TensorMatch(Map<String, TensorFiles.Located> sources, List<String> fresh, List<String> leftOut) {

    /**
     * @param directory for errors
     * @throws WeftException that names every tensor that is missing, is not the model's, or has another shape or type
     */
    static TensorMatch of(HubTable family, ParameterLayout layout, TensorFiles files, String directory) {
        Map<String, TensorFiles.Located> named = new HashMap<>();
        List<String> problems = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        Set<String> parameters = new HashSet<>();
        layout.parameters().forEach(parameter -> parameters.add(parameter.name()));
        files.tensors().forEach((foreign, located) -> {
            String name = family.toLayout(foreign);
            if (parameters.contains(name)) {
                if (named.put(name, located) != null) {
                    problems.add("tensor " + foreign + " is there twice, under two names");
                }
            } else if (family.leftOut().filter(name::startsWith).isPresent()) {
                leftOut.add(foreign);
            } else if (!family.names().unused().matcher(name).matches()) {
                problems.add("tensor " + foreign + " " + located.tensor().shape() + " is not one of the model's");
            }
        });
        Optional<String> absent = family.freshWhereAbsent()
                .filter(prefix -> named.keySet().stream().noneMatch(name -> name.startsWith(prefix)));
        Map<String, TensorFiles.Located> sources = new LinkedHashMap<>();
        List<String> fresh = new ArrayList<>();
        for (Parameter parameter : layout.parameters()) {
            TensorFiles.Located located = named.get(parameter.name());
            if (located != null) {
                require(parameter, located, problems);
                sources.put(parameter.name(), located);
            } else if (absent.filter(parameter.name()::startsWith).isPresent()) {
                fresh.add(parameter.name());
            } else {
                problems.add("tensor " + family.names().toForeign(parameter.name()) + " " + parameter.shape()
                        + " is missing");
            }
        }
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    problems.size() == 1
                            ? directory + ": " + problems.get(0)
                            : directory + ": " + problems.size() + " tensors do not fit config.json\n  - "
                                    + String.join("\n  - ", problems),
                    "config.json and the tensors are of two models, or the model has parts that Weft's has not");
        }
        return new TensorMatch(sources, List.copyOf(fresh), List.copyOf(leftOut));
    }

    private static void require(Parameter parameter, TensorFiles.Located located, List<String> problems) {
        List<Long> expected = parameter.shape().stream().map(Integer::longValue).toList();
        if (!located.tensor().shape().equals(expected)) {
            problems.add("tensor " + parameter.name() + " has shape "
                    + located.tensor().shape() + " expected " + expected);
        }
        if (FloatFormat.of(located.tensor().dtype()).isEmpty()) {
            problems.add("tensor " + parameter.name() + " has dtype "
                    + located.tensor().dtype() + ", F32, F16 and BF16 are read");
        }
    }
}
