package org.weft.engine.torch;

import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.weft.engine.torch.Transformer.BlockOutput;

/**
 * A part of the forward pass with a graph of its own, from a leaf to its output. Where the graph is to be recomputed,
 * only input and output are kept, and backward runs the part again: activations of one piece at a time, the same bits.
 */
final class Piece {
    private final Function<Tensor, BlockOutput> part;
    private final double auxiliaryWeight;
    private final boolean recompute;
    private final Tensor input; // a leaf
    private final BlockOutput output;

    private Piece(
            Function<Tensor, BlockOutput> part,
            double auxiliaryWeight,
            boolean recompute,
            Tensor input,
            BlockOutput output) {
        this.part = part;
        this.auxiliaryWeight = auxiliaryWeight;
        this.recompute = recompute;
        this.input = input;
        this.output = output;
    }

    /** Runs {@code part} on {@code x}; of all its tensors only input and output stay, in {@code scope}. */
    static Piece forward(Tensor x, PointerScope scope, UnaryOperator<Tensor> part) {
        return block(x, scope, false, 0, input -> BlockOutput.of(part.apply(input)));
    }

    /**
     * The same for a block.
     *
     * @param auxiliaryWeight what the block's auxiliary loss counts, if it has one: as much as a token's loss does
     */
    static Piece block(
            Tensor x,
            PointerScope scope,
            boolean recompute,
            double auxiliaryWeight,
            Function<Tensor, BlockOutput> part) {
        try (PointerScope inner = new PointerScope();
                AutoGradMode graph = new AutoGradMode(!recompute)) {
            Tensor input = x.detach();
            input.set_requires_grad(true);
            BlockOutput output = part.apply(input);
            scope.attach(input);
            scope.attach(output.states());
            if (output.auxiliaryLoss() != null) {
                scope.attach(output.auxiliaryLoss());
            }
            return new Piece(part, auxiliaryWeight, recompute, input, output);
        }
    }

    /** Of the block, as its first run counted them; null where it has no experts. */
    long[] expertLoads() {
        return output.expertLoads();
    }

    Tensor output() {
        return output.states();
    }

    /**
     * Goes back through the part, adds its parameters' gradients, and frees what it held and {@code gradient}.
     *
     * @param gradient by the output, shaped as it
     * @return the gradient by the input, in {@code scope}
     */
    Tensor backward(Tensor gradient, PointerScope scope) {
        return backward(gradient, scope, true);
    }

    /** @param outputToo whether the output is freed as well */
    Tensor backward(Tensor gradient, PointerScope scope, boolean outputToo) {
        try (PointerScope inner = new PointerScope()) {
            if (recompute) {
                try (AutoGradMode on = new AutoGradMode(true)) {
                    backward(part.apply(input), gradient);
                }
            } else {
                backward(output, gradient);
            }
            Tensor before = new Tensor(input.mutable_grad());
            scope.attach(before);
            gradient.close();
            input.close();
            if (outputToo) {
                output.states().close();
            }
            if (output.auxiliaryLoss() != null) {
                output.auxiliaryLoss().close();
            }
            return before;
        }
    }

    /** Native arguments are made where they are used: a constant would die with the scope that happened to be open. */
    private void backward(BlockOutput result, Tensor gradient) {
        Tensor auxiliary = result.auxiliaryLoss(); // (1), or null
        if (auxiliary != null) {
            Tensor weight = torch.full_like(auxiliary, new Scalar(auxiliaryWeight)); // (1)
            backward(auxiliary, weight, true);
        }
        backward(result.states(), gradient, false);
    }

    private static void backward(Tensor output, Tensor gradient, boolean keepGraph) {
        output.backward(gradient, new BoolOptional(keepGraph), false, new TensorArrayRefOptional());
    }
}
