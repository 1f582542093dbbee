package org.weft.engine.torch;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;
import org.weft.engine.Attributions;

/**
 * Integrated gradients (Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks", arXiv 1703.01365, equation 1) of one
 * output by what is looked up for each token, as Captum's LayerIntegratedGradients computes them: along the straight way from
 * another sequence's embeddings, at Gauss-Legendre points. Several points are computed side by side, as sequences of one batch.
 *
 * <p>S points, T tokens, D width, K outputs.
 */
final class Explanation {
    private static final int SIDE_BY_SIDE = 16;

    private final Transformer model;
    private final TaskTail tail;
    private final TaskHead head;
    private final TokenTensors tokens; // one sequence
    private final Pass pass;
    private final int output;

    private Explanation(BlockwiseBackward passes, ModelShape shape, TokenTensors tokens, int output) {
        this.model = passes.fixed();
        this.tail = passes.taskTail();
        this.head = shape.adaptation().head();
        this.tokens = tokens;
        this.pass = Pass.over(tokens, RandomStreams.NONE, shape.config());
        this.output = output;
    }

    /**
     * @param sequence one
     * @param from ids of another of the same length (T)
     */
    static Attributions of(TorchReplica replica, Batch sequence, int[] from, int output, int steps) {
        ModelShape shape = replica.shape;
        BlockwiseBackward passes = replica.passes();
        if (!replica.options.quantized().none()) {
            throw WeftException.usage(
                    "a model whose weights are whole numbers has no gradients to explain it by",
                    "explain the model that it was quantised from");
        }
        if (sequence.sequences() != 1 || from.length != sequence.context()) {
            throw new IllegalArgumentException("explained are " + sequence.sequences() + " sequences of "
                    + sequence.context() + " tokens, from " + from.length + ": expected 1, and as many");
        }
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            TokenTensors tokens = replica.onDevice(sequence).tokens();
            TokenTensors base = replica.onDevice(new Batch(
                            1, from.length, from, sequence.lengths(), sequence.seconds(), sequence.asked(), null))
                    .tokens();
            Explanation explanation = new Explanation(passes, shape, tokens, output);
            Tensor end = explanation.model.embeddings().lookUp(tokens, explanation.pass.positions()); // (1, T, D)
            Tensor start = explanation.model.embeddings().lookUp(base, explanation.pass.positions()); // (1, T, D)
            HeardAttention heard = new HeardAttention();
            double said =
                    explanation.outputs(end, explanation.pass.heard(heard)).item_double();
            double before = explanation.outputs(start, explanation.pass).item_double();
            return new Attributions(
                    explanation.integrated(start, end.sub(start), GaussLegendre.of(steps)),
                    said,
                    before,
                    explanation.judgedRow(heard.rollout()));
        }
    }

    /** @param way from start to end (1, T, D) */
    private float[] integrated(Tensor start, Tensor way, GaussLegendre quadrature) {
        Tensor sum = torch.zeros_like(way); // (1, T, D)
        int steps = quadrature.points().length;
        for (int first = 0; first < steps; first += SIDE_BY_SIDE) {
            int end = Math.min(steps, first + SIDE_BY_SIDE);
            try (PointerScope inner = new PointerScope()) {
                Tensor at = column(Arrays.copyOfRange(quadrature.points(), first, end), way); // (S, 1, 1)
                Tensor weights = column(Arrays.copyOfRange(quadrature.weights(), first, end), way); // (S, 1, 1)
                Tensor gradient = gradient(start.add(way.mul(at))); // (S, T, D)
                sum.add_(gradient.mul(weights).sum(0).unsqueeze(0)); // (1, T, D)
            }
        }
        return Logits.flat(sum.mul(way).sum(2)); // (T)
    }

    private static Tensor column(double[] values, Tensor like) {
        return Tensor.create(values).to(like.device(), like.scalar_type()).view(-1, 1, 1); // (S, 1, 1)
    }

    /** Of the output of each of S sequences by its embeddings. (S, T, D) */
    private Tensor gradient(Tensor embedded) {
        try (AutoGradMode on = new AutoGradMode(true)) {
            Tensor leaf = embedded.detach(); // (S, T, D)
            leaf.set_requires_grad(true);
            Tensor said = outputs(leaf, pass); // (S)
            said.backward(torch.ones_like(said), new BoolOptional(false), false, new TensorArrayRefOptional());
            return new Tensor(leaf.mutable_grad());
        }
    }

    /** The one output of sequences whose embeddings are given. (S, T, D) to (S) */
    private Tensor outputs(Tensor embedded, Pass over) {
        Tensor x = model.hasStem(RandomStreams.NONE) ? model.stem(embedded, RandomStreams.NONE) : embedded;
        for (int block = 0; block < model.blocks(); block++) {
            x = model.block(block, x, over).states(); // (S, T, D)
        }
        return tail.outputs(x, tokens, RandomStreams.NONE).select(1, output); // (S)
    }

    /** Of the place, or the places, that the head looks at. (T, T) to (T) */
    private float[] judgedRow(Tensor rollout) {
        return Logits.flat(
                switch (head.pooling()) {
                    case FIRST -> rollout.select(0, 0);
                    case LAST -> rollout.select(0, rollout.size(0) - 1);
                    case MEAN -> rollout.mean(0);
                });
    }
}
