package org.weft.engine.torch;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/** Two flat vectors and a leaf for each parameter. */
final class Leaves {
    /** A range of a flat vector as a tensor. */
    @FunctionalInterface
    interface Ranges {
        Tensor narrow(long offset, long length);
    }

    final Ranges parameters; // (P)
    final Ranges gradients; // (P), or null
    final Map<String, Tensor> leaves = new HashMap<>();
    private final Map<String, Tensor> leafGradients = new HashMap<>();
    Tensor frozen; // (Q), or null

    /** @param gradients null where nothing ever learns */
    Leaves(ParameterLayout layout, Ranges parameters, Ranges gradients) {
        this.parameters = parameters;
        this.gradients = gradients;
        for (Parameter parameter : layout.parameters()) {
            Tensor leaf = view(parameters, parameter);
            leaves.put(parameter.name(), leaf);
            if (gradients != null) {
                Tensor gradient = view(gradients, parameter);
                leaf.set_requires_grad(true);
                leaf.mutable_grad().put(gradient);
                leafGradients.put(parameter.name(), gradient);
            }
        }
    }

    void addFrozen(ParameterLayout frozenLayout, Tensor vector) {
        frozen = vector;
        for (Parameter parameter : frozenLayout.parameters()) {
            leaves.put(parameter.name(), view((offset, length) -> vector.narrow(0, offset, length), parameter));
        }
    }

    Tensor parameter(String name) {
        Tensor tensor = leaves.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the layout has no parameter " + name);
        }
        return tensor;
    }

    Tensor gradient(String name) {
        parameter(name);
        return leafGradients.get(name);
    }

    /**
     * What is written to the vector does not count as a change of the view, as it would after {@code detach}: ranges arrive
     * while a pass is recorded, and autograd would refuse to go back through what it takes for changed since.
     */
    private static Tensor view(Ranges vector, Parameter parameter) {
        long[] shape = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
        return vector.narrow(parameter.offset(), parameter.size()).view(shape).variable_data();
    }
}
