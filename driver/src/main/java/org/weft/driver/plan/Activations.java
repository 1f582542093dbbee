package org.weft.driver.plan;

import java.util.stream.IntStream;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;

/**
 * Bytes that one micro-batch's forward pass leaves for its backward pass, counted from what autograd keeps of each
 * operation of a block in libtorch: the inputs of norms and matrix products, queries, keys and values, and of a
 * perceptron what stands before and after its nonlinearity. Attention is fused and keeps no scores, unless dropout
 * or a cap makes it explicit. Of an encoder with a decoder, whose attention always is, each block of either is taken to keep what an
 * encoder's does.
 *
 * <p>N tokens of a micro-batch, T of a sequence, D width, M width within the perceptron, H heads, K width of a head.
 *
 * @param token bytes of one token's embedding or other vector of D, in float32
 * @param block bytes that one block keeps of one token
 * @param backward bytes for one token that going back through a block takes besides
 */
record Activations(long token, long block, long backward) {
    private static final int FLOAT = Float.BYTES;
    private static final int HALF = 2;

    static Activations of(ModelShape shape, TrainingConfig training) {
        ModelConfig model = shape.config();
        boolean bf16 = training.precision() == Precision.BF16;
        long width = model.width();
        long queries = (long) model.heads() * model.headWidth();
        long hidden = shape.family().hiddenElements(model);
        boolean gated = shape.family().gated(model);
        // Residual stream: middle and output. Statistics of two norms and of attention are a few floats.
        long block = FLOAT * (2 * width + 4L + model.heads());
        // Inputs of the matrix products: two norms' outputs, attention's, the nonlinearity's.
        block += (bf16 ? HALF : FLOAT) * (2 * width + queries + hidden);
        // Attention is in float32 whatever the precision: queries, keys (as many as queries), values, in bf16 its
        // output.
        block += FLOAT * (3 * queries + (bf16 ? queries : 0));
        // What the nonlinearity's backward needs: GELU its input; SwiGLU gate, its SiLU and up.
        block += (bf16 ? HALF : FLOAT) * (gated ? 3 : 1) * hidden;
        block += FLOAT * shape.family().normElements(model);
        block += FLOAT * windowCopies(model, shape.family());
        long scores = 0;
        if (model.dropout() > 0 || model.encodesSource()) {
            scores = (long) model.heads() * model.context();
            // Softmax, mask and their product; masks of what both halves add; the products' copies of their factors.
            block += FLOAT * (3 * scores + 5 * width);
        } else if (shape.family().attentionSoftcap(model) > 0) {
            // Capped scores before and after the softmax; keys and values once more for each head.
            scores = model.heads() * seen(model, shape.family());
            block += FLOAT * (2 * scores + 2 * queries);
        }
        // The gradient of the stream, once more while it is added to, and of the widest vector or the scores.
        long backward = FLOAT * (2 * width + Math.max(hidden, 4 * scores));
        if (training.recompute()) {
            // What is computed again is freed when the block is done, not as backward goes.
            backward += FLOAT * (3 * width + hidden);
        }
        return new Activations(FLOAT * width, block, backward);
    }

    /** Elements of a token's keys and values that windows keep once more, beside neighbouring runs, the mean of the blocks. */
    private static long windowCopies(ModelConfig model, Family family) {
        long windows = IntStream.range(0, model.layers())
                .map(block -> family.window(model, block))
                .filter(window -> window > 0 && window < model.context())
                .count();
        long both = 2L * model.keyValueHeads() * model.headWidth();
        return windows * (model.causal() ? 1 : 2) * both / model.layers();
    }

    /** Keys that a query has scores of, the mean of the blocks: of a window those of two runs. */
    private static long seen(ModelConfig model, Family family) {
        long sum = 0;
        for (int block = 0; block < model.layers(); block++) {
            int window = family.window(model, block);
            sum += window > 0 ? Math.min(2L * window, model.context()) : model.context();
        }
        return sum / model.layers();
    }

    /** At the peak: all blocks' (or with recomputation their inputs and one block's), and what backward takes. */
    long peakBytes(ModelShape shape, TrainingConfig training) {
        long tokens = (long) training.microBatch() * shape.config().context();
        int layers = shape.config().blocks();
        long kept = training.recompute() ? layers * token + block : layers * block;
        // The embedded tokens, the last norm's output and the head's gradient of it.
        long ends = 3 * token;
        return tokens * (kept + ends + backward) + largestMatrix(shape);
    }

    /** A matrix's gradient is a tensor of its own before it is added; the head's and the embedding's are not. */
    private static long largestMatrix(ModelShape shape) {
        long vocabulary = shape.vocabSize();
        return FLOAT
                * shape.layout().parameters().stream()
                        .filter(parameter -> parameter.shape().size() == 2)
                        .filter(parameter -> parameter.shape().get(0) != vocabulary)
                        .mapToLong(Parameter::size)
                        .max()
                        .orElse(0);
    }
}
