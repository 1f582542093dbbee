package org.weft.engine.torch;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.model.AdaptedLayout;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.quantize.QuantizationType;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.core.quantize.QuantizedParameters;

/**
 * A linear layer's matrix, kept as whole numbers and scales. Memory is taken when it is made, in the replica's scope, and filled
 * later.
 *
 * <p>N rows, I inputs, O outputs, G groups of inputs, L inputs of a group.
 */
abstract class QuantizedWeight {
    /** Numbers that are widened at once: 2 MiB in bfloat16, which stays in a core's cache. */
    private static final int PIECE = 1 << 20;

    final QuantizedKernels kernels;
    final int outputs;
    final int inputs;

    QuantizedWeight(QuantizedKernels kernels, int outputs, int inputs) {
        this.kernels = kernels;
        this.outputs = outputs;
        this.inputs = inputs;
    }

    /** All of a model's that are kept so, by their names. */
    static Map<String, QuantizedWeight> all(ModelShape shape, AdaptedLayout adapted, QuantizedParameters how) {
        Map<String, QuantizedWeight> all = new HashMap<>();
        if (how.none()) {
            return all;
        }
        QuantizedKernels kernels = QuantizedKernels.here();
        Stream.concat(adapted.learned().parameters().stream(), adapted.frozen().parameters().stream())
                .filter(parameter -> how.names().contains(parameter.name()))
                .forEach(parameter -> all.put(parameter.name(), of(parameter, how, shape.family(), kernels)));
        return all;
    }

    static QuantizedWeight of(Parameter parameter, QuantizedParameters how, Family family, QuantizedKernels kernels) {
        int outputs = family.outputs(parameter);
        int inputs = family.inputs(parameter);
        if (how.type() == QuantizationType.INT4) {
            return new Int4Weight(kernels, outputs, inputs, how.groupSize());
        }
        return how.activations()
                ? new Int8Products(kernels, outputs, inputs)
                : new Int8Weight(kernels, outputs, inputs);
    }

    /** Takes the numbers over. */
    abstract void fill(QuantizedMatrix matrix);

    /** x Wᵀ. (N, I) to (N, O), float32 */
    abstract Tensor product(Tensor x);

    /** (B, T, I) to (B, T, O), or (N, I) to (N, O). */
    final Tensor apply(Tensor x) {
        Tensor output = product(x.reshape(-1, inputs)); // (N, O)
        return x.dim() == 3 ? output.view(x.size(0), x.size(1), outputs) : output;
    }

    /**
     * The product with a matrix that is widened a few outputs at a time.
     *
     * @param piece the outputs from the first number on, as many as the second says, as (o, I) in {@link QuantizedKernels#products}
     */
    final Tensor piecewise(Tensor x, BiFunction<Integer, Integer, Tensor> piece) {
        Tensor narrow = x.to(kernels.products()); // (N, I)
        Tensor output = torch.empty(new long[] {x.size(0), outputs}, x.options(), null); // (N, O)
        int rows = Math.max(1, PIECE / inputs);
        for (int row = 0; row < outputs; row += rows) {
            int count = Math.min(rows, outputs - row);
            try (PointerScope scope = new PointerScope()) {
                output.narrow(1, row, count)
                        .copy_(torch.linear(narrow, piece.apply(row, count), new TensorOptional())); // (N, o)
            }
        }
        return output;
    }

    static Tensor zeros(ScalarType type, long... shape) {
        try (TensorOptions options = new TensorOptions(type)) {
            return torch.zeros(shape, options);
        }
    }

    /** Writes a tensor of single bytes. */
    static void write(byte[] bytes, Tensor into) {
        new BytePointer(into.data_ptr()).capacity(bytes.length).put(bytes, 0, bytes.length);
    }
}
