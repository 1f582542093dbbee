package org.weft.worker.engine;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tied output head and its cross-entropy, a few rows at a time: logits of (N, V) are never held, only a buffer of
 * at most {@value #BUFFER_BYTES} bytes (or of one row), which stays from step to step. The gradient is written down
 * rather than recorded, softmax minus one at the target, so that a chunk's logits become its gradient in place and the
 * embedding's gradient is added to by the matrix product itself.
 *
 * <p>Chunks depend on V alone and are summed in order: the bits do not depend on memory or timing.
 *
 * <p>B sequences, T tokens, N = B T rows, R rows of a chunk, D width, V vocabulary.
 */
final class OutputHead implements AutoCloseable {
    static final int BUFFER_BYTES = 32 << 20;
    private static final long[] LAST = {1};

    private final Tensor embedding; // (V, D)
    private final Tensor embeddingGradient; // (V, D)
    private final int chunkRows;
    private Tensor buffer; // (R, V)

    OutputHead(FlatTensors flat) {
        embedding = flat.parameter("wte.weight").detach();
        embeddingGradient = flat.gradient("wte.weight");
        long rowBytes = embedding.size(0) * embedding.element_size();
        chunkRows = (int) Math.max(1, BUFFER_BYTES / rowBytes);
    }

    /**
     * A loss over all rows.
     *
     * @param sum nats, summed in float64: (1) on the device
     * @param gradient of sum / normalizer by the head's input, (N, D); null where none was asked for
     */
    record Result(Tensor sum, Tensor gradient) {}

    /**
     * Loss alone.
     *
     * @param x (N, D)
     * @param targets (N, 1)
     */
    Result loss(Tensor x, Tensor targets) {
        return run(x, targets, null, null);
    }

    /** Loss and gradient of loss / normalizer; adds the embedding's part to its gradient. */
    Result lossAndGradient(Tensor x, Tensor targets, double normalizer) {
        try (Scalar scale = new Scalar(1 / normalizer)) {
            return run(x, targets, torch.empty_like(x), scale);
        }
    }

    /** Logits of a few rows. (n, D) to (n, V) */
    Tensor logitsOf(Tensor x) {
        return torch.mm(x, embedding.t()); // (n, V)
    }

    private Result run(Tensor x, Tensor targets, Tensor gradient, Scalar scale) {
        long rows = x.size(0);
        reserve(Math.min(rows, chunkRows));
        Tensor sum = sumOfZero();
        for (long row = 0; row < rows; row += chunkRows) {
            long count = Math.min(chunkRows, rows - row);
            try (PointerScope scope = new PointerScope()) {
                Tensor part = x.narrow(0, row, count); // (R, D)
                Tensor target = targets.narrow(0, row, count); // (R, 1)
                Tensor scores = logits(part); // (R, V)
                scores.sub_(scores.amax(LAST, true)); // (R, V), largest 0: no overflow below
                Tensor chosen = scores.gather(1, target); // (R, 1)
                Tensor total = scores.exp_().sum(LAST, true, null); // (R, 1)
                sum.add_(total.log().sub_(chosen).sum(new ScalarTypeOptional(ScalarType.Double))); // (1)
                if (gradient != null) {
                    Tensor error = scores.div_(total).scatter_add_(1, target, chosen.fill_(new Scalar(-1.0))); // (R, V)
                    Tensor into = gradient.narrow(0, row, count); // (R, D)
                    torch.addmm_out(into, into, error, embedding, new Scalar(0.0), scale); // (R, D)
                    embeddingGradient.addmm_(error.t(), part, new Scalar(1.0), scale); // (V, D)
                }
            }
        }
        return new Result(sum, gradient);
    }

    private Tensor logits(Tensor x) {
        Tensor logits = buffer.narrow(0, 0, x.size(0)); // (R, V)
        return torch.mm_out(logits, x, embedding.t());
    }

    private Tensor sumOfZero() {
        try (TensorOptions options = new TensorOptions(ScalarType.Double)) {
            return torch.zeros(new long[] {1}, options).to(embedding.device(), ScalarType.Double); // (1)
        }
    }

    private void reserve(long rows) {
        if (buffer != null && buffer.size(0) >= rows) {
            return;
        }
        releaseBuffer();
        buffer = torch.empty(new long[] {rows, embedding.size(0)}, embedding.options(), null); // (R, V)
        buffer.retainReference(); // past the scope of this call
    }

    private void releaseBuffer() {
        if (buffer != null) {
            buffer.close();
            buffer = null;
        }
    }

    @Override
    public void close() {
        releaseBuffer();
    }
}
