package org.weft.engine.torch;

import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/**
 * A part of the forward pass with a graph of its own, from a leaf to its output. Where the graph is to be recomputed,
 * only input and output are kept, and backward runs the part again: activations of one piece at a time, the same bits.
 */
final class Piece {
    private static final BoolOptional FREE_GRAPH = new BoolOptional(false);
    private static final TensorArrayRefOptional ALL_LEAVES = new TensorArrayRefOptional();

    private final UnaryOperator<Tensor> part;
    private final boolean recompute;
    private final Tensor input; // a leaf
    private final Tensor output;

    private Piece(UnaryOperator<Tensor> part, boolean recompute, Tensor input, Tensor output) {
        this.part = part;
        this.recompute = recompute;
        this.input = input;
        this.output = output;
    }

    /** Runs {@code part} on {@code x}; of all its tensors only input and output stay, in {@code scope}. */
    static Piece forward(Tensor x, PointerScope scope, boolean recompute, UnaryOperator<Tensor> part) {
        try (PointerScope inner = new PointerScope();
                AutoGradMode graph = new AutoGradMode(!recompute)) {
            Tensor input = x.detach();
            input.set_requires_grad(true);
            Tensor output = part.apply(input);
            scope.attach(input);
            scope.attach(output);
            return new Piece(part, recompute, input, output);
        }
    }

    Tensor output() {
        return output;
    }

    /**
     * Goes back through the part, adds its parameters' gradients, and frees what it held and {@code gradient}.
     *
     * @param gradient by the output, shaped as it
     * @return the gradient by the input, in {@code scope}
     */
    Tensor backward(Tensor gradient, PointerScope scope) {
        try (PointerScope inner = new PointerScope()) {
            if (recompute) {
                try (AutoGradMode on = new AutoGradMode(true)) {
                    part.apply(input).backward(gradient, FREE_GRAPH, false, ALL_LEAVES);
                }
            } else {
                output.backward(gradient, FREE_GRAPH, false, ALL_LEAVES);
            }
            Tensor before = new Tensor(input.mutable_grad());
            scope.attach(before);
            gradient.close();
            input.close();
            output.close();
            return before;
        }
    }
}
