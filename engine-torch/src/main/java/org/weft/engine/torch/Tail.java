package org.weft.engine.torch;

import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.weft.engine.SequenceLosses;

/**
 * What comes after the blocks: from hidden states to losses, and to what is predicted.
 *
 * <p>B sequences, T tokens, D width.
 */
interface Tail {
    /**
     * A loss and the way back.
     *
     * @param sum of the targets' losses in nats: (1) on the device, in float64
     * @param gradient of sum / normalizer by the hidden states, (B, T, D)
     * @param sequences of which sequence the nats are: (B) on the device, in float64; null where nobody asks
     */
    record Result(Tensor sum, Tensor gradient, Tensor sequences) {
        /** Says what each sequence cost, where that was asked for. */
        void tell(SequenceLosses losses) {
            if (sequences != null) {
                double[] nats = toHost(sequences); // (B)
                for (int sequence = 0; sequence < nats.length; sequence++) {
                    losses.lost(sequence, nats[sequence]);
                }
            }
        }
    }

    /**
     * Adds the gradients of the tail's own parameters; what it gives is in {@code scope}. Called without recording.
     *
     * @param x (B, T, D)
     * @param apart whether it is asked what each sequence cost, which changes no bit of the rest
     */
    Result lossAndGradient(
            Tensor x, BatchTensors batch, double normalizer, RandomStreams dropout, boolean apart, PointerScope scope);

    /**
     * The same of a loss that is recorded as one graph from the hidden states on.
     *
     * @param lossOf the hidden states to the sum of losses (1), in float64
     */
    static Result recorded(Tensor x, double normalizer, PointerScope scope, UnaryOperator<Tensor> lossOf) {
        try (PointerScope inner = new PointerScope();
                AutoGradMode on = new AutoGradMode(true)) {
            Tensor input = x.detach(); // (B, T, D)
            input.set_requires_grad(true);
            Tensor sum = lossOf.apply(input); // (1)
            sum.mul(new Scalar(1 / normalizer)).backward();
            Tensor value = sum.detach();
            Tensor gradient = new Tensor(input.mutable_grad()); // (B, T, D)
            scope.attach(value);
            scope.attach(gradient);
            return new Result(value, gradient, null);
        }
    }

    /** Numbers in float64 on the host. */
    static double[] toHost(Tensor numbers) {
        double[] host = new double[(int) numbers.numel()];
        new DoublePointer(numbers.cpu().contiguous().data_ptr()).get(host);
        return host;
    }

    /** The sum of losses alone, without dropout. (1), in float64 */
    Tensor loss(Tensor x, BatchTensors batch);

    /** What a {@link Lesson} takes of a teacher, without dropout. (B, T, D) to what this tail predicts, of tokens to what its head takes */
    Tensor said(Tensor x, BatchTensors batch);

    /** Of the model that {@link #said} is asked of what makes tokens of that; null where nothing does. */
    default OutputHead head() {
        return null;
    }
}
