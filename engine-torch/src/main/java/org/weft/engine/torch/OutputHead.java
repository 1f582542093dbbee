package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The output head and its cross-entropy, a few rows at a time: logits of (N, V) are never held, only a buffer of at most
 * {@value #BUFFER_BYTES} bytes (or of one row), which stays from step to step. The gradient is written down rather than
 * recorded, softmax minus one at the target, so that a chunk's logits become its gradient in place and the matrix's
 * gradient is added to by the matrix product itself.
 *
 * <p>Chunks depend on V alone and are summed in order: the bits do not depend on memory or timing. In bfloat16 the three
 * products are; logits, softmax and the sums over chunks are not.
 *
 * <p>N rows, R rows of a chunk, D width, V vocabulary.
 */
final class OutputHead implements AutoCloseable {
    static final int BUFFER_BYTES = 32 << 20;
    private static final long[] LAST = {1};

    private final Tensor gradient; // (V, D), or null where it does not learn
    private final Tensor factor; // (V, D)
    private final Tensor bias; // (V), or null
    private final Tensor biasGradient; // (V), or null
    private final Scalar cap; // c of c tanh(x / c), or null
    private final boolean bfloat16;
    private final int chunkRows;
    private final Tensor like; // of what is not in bfloat16
    private Tensor buffer; // (R, V)

    private OutputHead(FlatTensors flat, String weight, String bias, double cap) {
        like = flat.parameters().tensor(); // (P)
        gradient = flat.gradient(weight);
        factor = flat.factor(weight).detach();
        this.bias = bias == null ? null : flat.parameter(bias).detach();
        this.biasGradient = bias == null ? null : flat.gradient(bias);
        this.cap = cap > 0 ? new Scalar(cap) : null;
        bfloat16 = flat.bfloat16();
        long rowBytes = factor.size(0) * like.element_size();
        chunkRows = (int) Math.max(1, BUFFER_BYTES / rowBytes);
    }

    /** Logits are x Wᵀ; the matrix may be the token embedding. */
    static OutputHead of(FlatTensors flat, String weight) {
        return new OutputHead(flat, weight, null, 0);
    }

    /** Logits s of x Wᵀ are c tanh(s / c) (Bello et al. 2017, section 3); with c of 0 they are s. */
    static OutputHead capped(FlatTensors flat, String weight, double c) {
        return new OutputHead(flat, weight, null, c);
    }

    /** Logits are x Wᵀ + b. */
    static OutputHead biased(FlatTensors flat, String weight, String bias) {
        return new OutputHead(flat, weight, bias, 0);
    }

    /**
     * A loss over all rows.
     *
     * @param sum nats, summed in float64: (1) on the device
     * @param gradient of sum / normalizer by the head's input, (N, D); null where none was asked for
     * @param rows nats of each row, (N, 1); null where they were not asked for
     */
    record Result(Tensor sum, Tensor gradient, Tensor rows) {}

    /**
     * Loss alone.
     *
     * @param x (N, D)
     * @param targets (N, 1)
     */
    Result loss(Tensor x, Tensor targets) {
        return run(x, targets, null, null, null, null);
    }

    /** What each row costs, in nats. (N, 1) */
    Tensor costs(Tensor x, Tensor targets) {
        Tensor rows = emptyRows(x); // (N, 1)
        run(x, targets, null, null, rows, null);
        return rows;
    }

    /**
     * The gradient of the rows' weighed losses / normalizer by the head's input, (N, D); adds to those of its own parameters.
     *
     * @param weights (N, 1)
     */
    Tensor weighedGradient(Tensor x, Tensor targets, Tensor weights, double normalizer) {
        try (Scalar scale = new Scalar(1 / normalizer)) {
            return run(x, targets, torch.empty_like(x), scale, null, weights).gradient();
        }
    }

    /** Loss and gradient of loss / normalizer; adds to the gradients of the head's own parameters. */
    Result lossAndGradient(Tensor x, Tensor targets, double normalizer) {
        return lossAndGradient(x, targets, normalizer, false);
    }

    /**
     * The same bits.
     *
     * @param apart whether the loss of each row is asked for, too
     */
    Result lossAndGradient(Tensor x, Tensor targets, double normalizer, boolean apart) {
        try (Scalar scale = new Scalar(1 / normalizer)) {
            return run(x, targets, torch.empty_like(x), scale, apart ? emptyRows(x) : null, null);
        }
    }

    /**
     * Loss and gradient of a loss that a teacher has a part in; adds to the gradients of the head's own parameters.
     *
     * @param lesson of the same rows
     * @param apart whether the loss of each row is asked for, too
     */
    Result taught(Tensor x, Tensor targets, Lesson lesson, double normalizer, boolean apart) {
        long end = x.size(0);
        reserve(Math.min(end, chunkRows));
        Tensor sum = sumOfZero();
        Tensor rows = apart ? emptyRows(x) : null; // (N, 1)
        Tensor inputGradient = torch.empty_like(x); // (N, D)
        for (long row = 0; row < end; row += chunkRows) {
            long count = Math.min(chunkRows, end - row);
            try (PointerScope scope = new PointerScope()) {
                Tensor part = narrow(x.narrow(0, row, count)); // (R, D)
                Tensor scores = logits(part); // (R, V)
                Lesson.Rows costs = lesson.rows(scores, targets.narrow(0, row, count), row);
                sum.add_(costs.losses().sum(new ScalarTypeOptional(ScalarType.Double))); // (1)
                if (rows != null) {
                    rows.narrow(0, row, count).copy_(costs.losses());
                }
                Tensor error = cap == null ? costs.error() : costs.error().mul_(slopes(scores)); // (R, V)
                backward(error, part, inputGradient.narrow(0, row, count), new Scalar(1 / normalizer));
            }
        }
        return new Result(sum, inputGradient, rows);
    }

    /** Rows whose logits fit the buffer. */
    int chunkRows() {
        return chunkRows;
    }

    private Tensor emptyRows(Tensor x) {
        return torch.empty(new long[] {x.size(0), 1}, like.options(), null); // (N, 1)
    }

    /** Logits of a few rows. (n, D) to (n, V) */
    Tensor logitsOf(Tensor x) {
        Tensor logits = torch.mm(narrow(x), factor.t()).to(like.scalar_type()); // (n, V)
        return finished(logits);
    }

    private Result run(Tensor x, Tensor targets, Tensor inputGradient, Scalar scale, Tensor rows, Tensor weights) {
        long end = x.size(0);
        reserve(Math.min(end, chunkRows));
        Tensor sum = sumOfZero();
        for (long row = 0; row < end; row += chunkRows) {
            long count = Math.min(chunkRows, end - row);
            try (PointerScope scope = new PointerScope()) {
                Tensor part = narrow(x.narrow(0, row, count)); // (R, D)
                Tensor target = targets.narrow(0, row, count); // (R, 1)
                Tensor scores = logits(part); // (R, V)
                Tensor slopes = cap == null || inputGradient == null ? null : slopes(scores); // (R, V)
                scores.sub_(scores.amax(LAST, true)); // (R, V), largest 0: no overflow below
                Tensor chosen = scores.gather(1, target); // (R, 1)
                Tensor total = scores.exp_().sum(LAST, true, null); // (R, 1)
                Tensor losses = total.log().sub_(chosen); // (R, 1)
                sum.add_(losses.sum(new ScalarTypeOptional(ScalarType.Double))); // (1)
                if (rows != null) {
                    rows.narrow(0, row, count).copy_(losses);
                }
                if (inputGradient != null) {
                    Tensor error = scores.div_(total).scatter_add_(1, target, chosen.fill_(new Scalar(-1.0))); // (R, V)
                    if (slopes != null) {
                        error.mul_(slopes); // (R, V)
                    }
                    if (weights != null) {
                        error.mul_(weights.narrow(0, row, count)); // (R, V)
                    }
                    backward(error, part, inputGradient.narrow(0, row, count), scale);
                }
            }
        }
        return new Result(sum, inputGradient, rows);
    }

    private void backward(Tensor error, Tensor part, Tensor into, Scalar scale) {
        if (biasGradient != null) {
            biasGradient.add_(error.sum(0), scale); // (V)
        }
        if (bfloat16) {
            Tensor rounded = narrow(error); // (R, V)
            into.copy_(torch.mm(rounded, factor)).mul_(scale); // (R, D)
            if (gradient != null) {
                gradient.add_(torch.mm(rounded.t(), part), scale); // (V, D)
            }
        } else {
            torch.addmm_out(into, into, error, factor, new Scalar(0.0), scale); // (R, D)
            if (gradient != null) {
                gradient.addmm_(error.t(), part, new Scalar(1.0), scale); // (V, D)
            }
        }
    }

    private Tensor logits(Tensor part) {
        Tensor logits = buffer.narrow(0, 0, part.size(0)); // (R, V)
        if (bfloat16) {
            logits.copy_(torch.mm(part, factor.t()));
        } else {
            torch.mm_out(logits, part, factor.t());
        }
        return finished(logits);
    }

    /** In place. (n, V) */
    private Tensor finished(Tensor logits) {
        Tensor biased = bias == null ? logits : logits.add_(bias);
        return cap == null ? biased : biased.div_(cap).tanh_().mul_(cap);
    }

    /** The derivative of capped logits by what was capped: 1 - (s / c)². (R, V) */
    private Tensor slopes(Tensor capped) {
        return capped.div(cap).square_().neg_().add_(new Scalar(1.0));
    }

    private Tensor narrow(Tensor x) {
        return bfloat16 ? x.to(ScalarType.BFloat16) : x;
    }

    private Tensor sumOfZero() {
        try (TensorOptions options = new TensorOptions(ScalarType.Double)) {
            return torch.zeros(new long[] {1}, options).to(like.device(), ScalarType.Double); // (1)
        }
    }

    private void reserve(long rows) {
        if (buffer != null && buffer.size(0) >= rows) {
            return;
        }
        releaseBuffer();
        buffer = torch.empty(new long[] {rows, factor.size(0)}, like.options(), null); // (R, V)
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
