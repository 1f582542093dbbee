package org.weft.core.quantize;

import java.io.Serializable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * Which of a model's parameters are whole numbers and scales, and of which kind.
 *
 * @param groupSize inputs that share a scale; 0 for all of an output's
 * @param activations whether what such a matrix is multiplied with is rounded to 8 bits, too, row by row as it comes
 * @param names of the parameters; none where everything is float32
 */
public record QuantizedParameters(QuantizationType type, int groupSize, boolean activations, Set<String> names)
        implements Serializable {
    public static final QuantizedParameters NONE = new QuantizedParameters(QuantizationType.INT8, 0, false, Set.of());

    public QuantizedParameters {
        names = Set.copyOf(names);
    }

    /** Whether nothing is. */
    public boolean none() {
        return names.isEmpty();
    }

    /** The parameters that are not, in their order. */
    public ParameterLayout rest(ParameterLayout layout) {
        if (none()) {
            return layout;
        }
        ParameterLayout.Builder rest = ParameterLayout.builder();
        layout.parameters().stream()
                .filter(parameter -> !names.contains(parameter.name()))
                .forEach(parameter -> rest.add(parameter, parameter.rule().rate()));
        return rest.build();
    }

    /** The {@link Family#matrices matrices of the blocks}, but not those of adapters. */
    public static List<Parameter> candidates(ModelShape shape, ParameterLayout layout) {
        return shape.family().matrices(layout, shape.config()).stream()
                .filter(parameter -> !parameter.name().contains(".lora_"))
                .toList();
    }

    /** The names of {@link #candidates}. */
    public static Set<String> namesOf(List<Parameter> parameters) {
        Set<String> names = new LinkedHashSet<>();
        parameters.forEach(parameter -> names.add(parameter.name()));
        return names;
    }
}
