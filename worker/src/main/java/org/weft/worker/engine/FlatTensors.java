package org.weft.worker.engine;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * The parameters and their gradients as two flat vectors, and a leaf of autograd for each parameter: a view of the
 * first whose gradient is the same view of the second. Autograd then adds in place, and a range of the gradient is
 * memory that can be sent as it is. Native objects belong to the scope in which this was made: the replica's.
 */
final class FlatTensors {
    private final ParameterLayout layout;
    private final FlatVector parameters; // (P)
    private final FlatVector gradients; // (P)
    private final Map<String, Tensor> leaves = new HashMap<>();
    private final Map<String, Tensor> leafGradients = new HashMap<>();

    FlatTensors(ParameterLayout layout, ComputeDevice device, ScalarType type) {
        this.layout = layout;
        parameters = device.allocate(layout.size(), type);
        gradients = device.allocate(layout.size(), type);
        for (Parameter parameter : layout.parameters()) {
            Tensor leaf = view(parameters, parameter);
            Tensor gradient = view(gradients, parameter);
            leaf.set_requires_grad(true);
            leaf.mutable_grad().put(gradient);
            leaves.put(parameter.name(), leaf);
            leafGradients.put(parameter.name(), gradient);
        }
    }

    /** The parameter as a leaf of autograd, in its own shape. */
    Tensor parameter(String name) {
        return leaves.get(name);
    }

    /** The parameter's gradient, in its own shape. */
    Tensor gradient(String name) {
        return leafGradients.get(name);
    }

    FlatVector parameters() {
        return parameters;
    }

    FlatVector gradients() {
        return gradients;
    }

    ParameterLayout layout() {
        return layout;
    }

    private static Tensor view(FlatVector vector, Parameter parameter) {
        long[] shape = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
        return vector.tensor()
                .narrow(0, parameter.offset(), parameter.size())
                .view(shape)
                .detach();
    }
}
