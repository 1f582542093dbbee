package org.weft.driver.plan;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;
import org.weft.core.model.RotaryFamily;
import org.weft.core.model.Routing;
import org.weft.core.params.Parameter;

/**
 * Bytes that the forward pass of one sequence leaves for its backward pass, counted from what autograd keeps of each
 * operation of a block in libtorch: the inputs of norms and matrix products, queries, keys and values, and of a
 * perceptron what stands before and after its nonlinearity. Attention is fused and keeps no scores, unless dropout
 * or a cap makes it explicit. An encoder with a decoder is counted by {@link T5Activations}.
 *
 * <p>T tokens of a sequence, D width, M width within the perceptron, H heads, K width of a head, C experts that a token goes to.
 *
 * @param stream bytes of a sequence's hidden states between blocks, in float32
 * @param blocks what each keeps, in the order of the forward pass
 * @param stem bytes of a sequence that what is done to embeddings before the first block keeps
 */
record Activations(long stream, List<Block> blocks, long stem) {
    static final int FLOAT = Float.BYTES;
    static final int HALF = 2;

    /**
     * Of one block and one sequence.
     *
     * @param kept bytes until backward has gone through it
     * @param backward bytes that this takes besides
     */
    record Block(long kept, long backward) {}

    static Activations of(ModelShape shape, WeftConfig config) {
        return config.model().encodesSource() ? T5Activations.of(config) : ofTokens(shape, config);
    }

    private static Activations ofTokens(ModelShape shape, WeftConfig config) {
        ModelConfig model = config.model();
        long context = model.context();
        long token = tokenBytes(shape, config);
        List<Block> blocks = new ArrayList<>();
        for (int block = 0; block < model.blocks(); block++) {
            long scores = scores(shape.family(), model, block);
            long kept = token + FLOAT * windowCopies(shape.family(), model, block);
            long going = backwardBytes(shape, config, scores);
            if (model.dropout() > 0) {
                // Softmax, mask and their product; masks of what both halves add; the products' copies of their
                // factors.
                kept += FLOAT * (3 * scores + 5L * model.width());
            } else if (scores > 0) {
                // Capped scores before and after the softmax; keys and values once more for each head.
                kept += FLOAT * 2 * (scores + queries(model));
            }
            blocks.add(new Block(context * kept, context * going));
        }
        long stream = context * FLOAT * model.width();
        return new Activations(stream, blocks, stemTensors(shape.family(), model) * stream);
    }

    /** What is done to embeddings before the first block keeps its input; dropout keeps its mask. */
    private static int stemTensors(Family family, ModelConfig model) {
        boolean dropped = model.dropout() > 0;
        boolean scaled = family instanceof RotaryFamily rotary && rotary.scaledEmbeddings();
        boolean normed = !model.causal();
        return (dropped || scaled || normed ? 1 : 0) + (dropped ? 1 : 0);
    }

    /** What a block keeps of a token, but for scores and windows. */
    private static long tokenBytes(ModelShape shape, WeftConfig config) {
        ModelConfig model = config.model();
        Family family = shape.family();
        boolean bf16 = config.training().precision() == Precision.BF16;
        int product = bf16 ? HALF : FLOAT;
        long width = model.width();
        long hidden = family.hiddenElements(model);
        // Residual stream: middle and output. Statistics of two norms and of attention are a few floats.
        long bytes = FLOAT * (2 * width + 4L + model.heads());
        // Inputs of the matrix products: two norms' outputs, attention's, the nonlinearity's.
        bytes += product * (2 * width + queries(model) + hidden);
        // Attention is in float32 whatever the precision: queries, keys (as many as queries), values, in bf16 its
        // output.
        bytes += FLOAT * (3 + (bf16 ? 1 : 0)) * queries(model);
        // What the nonlinearity's backward needs: GELU its input; SwiGLU gate, its SiLU and up.
        bytes += product * (family.gated(model) ? 3 : 1) * hidden;
        bytes += FLOAT * family.normElements(model);
        // Each expert's own copy of its tokens, and what it gives, which its weight multiplies.
        return bytes
                + (product + FLOAT) * family.routing(model).map(Routing::chosen).orElse(0) * width;
    }

    /** What going back through a block takes besides, of a token. */
    private static long backwardBytes(ModelShape shape, WeftConfig config, long scores) {
        long width = config.model().width();
        long hidden = shape.family().hiddenElements(config.model());
        // The gradient of the stream, once more while it is added to, and of the widest vector or the scores.
        long bytes = FLOAT * (2 * width + Math.max(hidden, 4 * scores));
        if (config.recomputes()) {
            // What is computed again is freed when the block is done, not as backward goes.
            bytes += FLOAT * (3 * width + hidden);
        }
        return bytes;
    }

    private static long queries(ModelConfig model) {
        return (long) model.heads() * model.headWidth();
    }

    /** Scores of a token that are tensors of their own; of a window those of two runs of it. */
    private static long scores(Family family, ModelConfig model, int block) {
        if (model.dropout() > 0) {
            return (long) model.heads() * model.context();
        }
        int window = family.window(model, block);
        long seen = window > 0 ? Math.min(2L * window, model.context()) : model.context();
        return family.attentionSoftcap(model) > 0 ? model.heads() * seen : 0;
    }

    /** Elements of a token's keys and values that a window keeps once more, beside neighbouring runs. */
    private static long windowCopies(Family family, ModelConfig model, int block) {
        int window = family.window(model, block);
        boolean slides = window > 0 && window < model.context();
        return slides ? (model.causal() ? 1 : 2) * 2L * model.keyValueHeads() * model.headWidth() : 0;
    }

    /** What all blocks keep of a sequence. */
    long keptBytes() {
        return blocks.stream().mapToLong(Block::kept).sum();
    }

    /**
     * At the peak, of so many sequences at once: while backward goes through one of the blocks, those before it still hold what they keep,
     * or with recomputation their inputs.
     */
    long peakBytes(ModelShape shape, int sequences, boolean recompute) {
        long held = 0;
        long most = 0;
        for (Block block : blocks) {
            long own = recompute ? stream + block.kept() : block.kept();
            most = Math.max(most, held + own + block.backward());
            held += recompute ? stream : block.kept();
        }
        // The embedded tokens, the last norm's output and the head's gradient of it.
        return sequences * (most + 3 * stream) + largestMatrix(shape);
    }

    /** Of so many sequences that nobody goes back through: what is within one block at a time, and the stream around it. */
    long forwardBytes(int sequences) {
        return sequences * (blocks.stream().mapToLong(Block::kept).max().orElse(0) + 3 * stream);
    }

    /**
     * The same where all of a worker's sequences pass a block before the next: inputs of all blocks, what the last gives, the gradient
     * of it and what stands before the first block are of all of them, what is within a block of one micro-batch.
     *
     * @param all sequences of a worker
     * @param sequences of a micro-batch
     */
    long streamedBytes(ModelShape shape, long all, int sequences) {
        long most = blocks.stream()
                .mapToLong(block -> block.kept() + block.backward())
                .max()
                .orElse(0);
        return all * ((blocks.size() + 2) * stream + stem) + sequences * (most + 3 * stream) + largestMatrix(shape);
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
