package org.weft.hub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param copies tensors that say once more what a source says
 * @param fresh parameters that no file has, and that start anew
 * @param leftOut tensors that Weft's model has no place for, by their names in the files
 */
record TensorMatch(
        Map<String, TensorFiles.Located> sources, List<Copy> copies, List<String> fresh, List<String> leftOut) {
    private static final int SHOWN = 12;

    /**
     * A tensor that is tied to another.
     *
     * @param name in the files
     * @param of the parameter's name
     */
    record Copy(String name, TensorFiles.Located copied, String of, TensorFiles.Located original) {}

    /**
     * @param directory for errors
     * @throws WeftException that names the tensors that are missing, are not the model's, or have another shape or type
     */
    static TensorMatch of(TaskClass kind, ParameterLayout layout, TensorFiles files, String directory) {
        HubTable family = kind.family();
        Map<String, TensorFiles.Located> named = new HashMap<>();
        Map<String, String> tied = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        Set<String> parameters = new HashSet<>();
        layout.parameters().forEach(parameter -> parameters.add(parameter.name()));
        files.tensors().forEach((foreign, located) -> {
            String name = kind.toLayout(foreign);
            if (parameters.contains(name)) {
                if (named.put(name, located) != null) {
                    problems.add("tensor " + foreign + " is there twice, under two names");
                }
            } else if (kind.drops(name)) {
                leftOut.add(foreign);
            } else if (parameters.contains(family.names().copies().get(name))) {
                tied.put(foreign, family.names().copies().get(name));
            } else if (family.leftOut().filter(name::startsWith).isPresent()) {
                leftOut.add(foreign);
            } else if (!family.names().unused().matcher(name).matches()) {
                problems.add("tensor " + foreign + " " + located.tensor().shape() + " is not one of the model's");
            }
        });
        requireAnyName(named, kind, layout, files, directory);
        List<Copy> copies = new ArrayList<>();
        tied.forEach((foreign, of) -> {
            TensorFiles.Located copy = files.tensors().get(foreign);
            TensorFiles.Located original = named.putIfAbsent(of, copy); // The only one of the two is as good.
            if (original != null) {
                copies.add(new Copy(foreign, copy, of, original));
            }
        });
        List<String> prefixes = family.freshWhereAbsent();
        boolean absent = named.keySet().stream().noneMatch(name -> isOf(prefixes, name));
        Map<String, TensorFiles.Located> sources = new LinkedHashMap<>();
        List<String> fresh = new ArrayList<>();
        for (Parameter parameter : layout.parameters()) {
            TensorFiles.Located located = named.get(parameter.name());
            if (located != null) {
                require(parameter.name(), parameter, located, problems);
                sources.put(parameter.name(), located);
            } else if (absent && isOf(prefixes, parameter.name())) {
                fresh.add(parameter.name());
            } else {
                problems.add("tensor " + kind.toForeign(parameter.name()) + " " + parameter.shape() + " is missing");
            }
            copies.stream()
                    .filter(copy -> copy.of().equals(parameter.name()))
                    .forEach(copy -> require(copy.name(), parameter, copy.copied(), problems));
        }
        throwIfAny(problems, directory);
        return new TensorMatch(sources, List.copyOf(copies), List.copyOf(fresh), List.copyOf(leftOut));
    }

    private static boolean isOf(List<String> prefixes, String name) {
        return prefixes.stream().anyMatch(name::startsWith);
    }

    /** One line where the names are another program's, rather than two of each. */
    private static void requireAnyName(
            Map<String, TensorFiles.Located> named,
            TaskClass kind,
            ParameterLayout layout,
            TensorFiles files,
            String directory) {
        if (named.isEmpty() && !files.tensors().isEmpty()) {
            throw WeftException.invalidData(
                    directory + ": none of the " + files.tensors().size()
                            + " tensors has a name of the model's: the first is "
                            + files.tensors().keySet().iterator().next() + ", one that is looked for is "
                            + kind.toForeign(layout.parameters().get(0).name()),
                    "save the model with save_pretrained; from a wrapped one (torch.compile, DDP, FSDP) take the model"
                            + " inside");
        }
    }

    private static void throwIfAny(List<String> problems, String directory) {
        if (problems.isEmpty()) {
            return;
        }
        List<String> shown = new ArrayList<>(problems.subList(0, Math.min(SHOWN, problems.size())));
        if (shown.size() < problems.size()) {
            shown.add("and " + (problems.size() - shown.size()) + " more");
        }
        throw WeftException.invalidData(
                problems.size() == 1
                        ? directory + ": " + problems.get(0)
                        : directory + ": " + problems.size() + " tensors do not fit config.json\n  - "
                                + String.join("\n  - ", shown),
                "config.json and the tensors are of two models, or the model has parts that Weft's has not");
    }

    private static void require(String name, Parameter parameter, TensorFiles.Located located, List<String> problems) {
        List<Long> expected = parameter.shape().stream().map(Integer::longValue).toList();
        if (!located.tensor().shape().equals(expected)) {
            problems.add("tensor " + name + " has shape " + located.tensor().shape() + " expected " + expected);
        }
        if (FloatFormat.of(located.tensor().dtype()).isEmpty()) {
            problems.add("tensor " + name + " has dtype " + located.tensor().dtype() + ", F32, F16 and BF16 are read");
        }
    }
}
