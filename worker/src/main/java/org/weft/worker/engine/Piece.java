package org.weft.worker.engine;

import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A part of the forward pass with a graph of its own, from a leaf to its output.
 *
 * @param input (B, T, D), a leaf that gets the gradient that goes on to the piece before
 * @param output (B, T, D)
 */
record Piece(Tensor input, Tensor output) {

    /** Runs {@code part} on {@code x} with a graph; of all its tensors only input and output stay, in {@code scope}. */
    static Piece forward(Tensor x, PointerScope scope, UnaryOperator<Tensor> part) {
        try (PointerScope inner = new PointerScope();
                AutoGradMode on = new AutoGradMode(true)) {
            Tensor input = x.detach(); // (B, T, D)
            input.set_requires_grad(true);
            Tensor output = part.apply(input); // (B, T, D)
            scope.attach(input);
            scope.attach(output);
            return new Piece(input, output);
        }
    }

    /** Frees the activations that are left. */
    void close() {
        input.close();
        output.close();
    }
}
