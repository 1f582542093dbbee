package org.weft.driver.plan;

import static org.weft.driver.plan.Activations.FLOAT;
import static org.weft.driver.plan.Activations.HALF;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.T5Family;

/**
 * What an encoder with a decoder keeps for backward. Both sides are one tensor between blocks: a block of the encoder works on
 * the tokens that are read and hands on the others, one of the decoder the other way round, with keys and values of what was read.
 * Attention is explicit and keeps what softmax gives.
 *
 * <p>S tokens that are read, T that are written, D width, M width within the perceptron, H heads, K width of a head.
 */
final class T5Activations {
    private final ModelConfig model;
    private final boolean drops;
    private final boolean recomputes;
    private final int product; // bytes of an element of what matrix products take
    private final long read; // S
    private final long written; // T

    private T5Activations(WeftConfig config) {
        model = config.model();
        drops = model.dropout() > 0;
        recomputes = config.training().recompute();
        product = config.training().precision() == Precision.BF16 ? HALF : FLOAT;
        read = model.context();
        // Answers of examples may fill a context of their own.
        written = config.finetune().task() == TaskName.NONE ? config.targetsPerSequence() : model.context();
    }

    static Activations of(WeftConfig config) {
        T5Activations side = new T5Activations(config);
        List<Activations.Block> blocks = new ArrayList<>();
        for (int block = 0; block < side.model.layers(); block++) {
            blocks.add(side.encoder());
        }
        for (int block = 0; block < T5Family.decoderBlocks(side.model); block++) {
            blocks.add(side.decoder(block == 0));
        }
        return new Activations(side.stream(), blocks, 0);
    }

    private long stream() {
        return (read + written) * FLOAT * model.width();
    }

    private Activations.Block encoder() {
        long kept = stream() + read * (attention(read) + keysAndValues() + perceptron());
        return new Activations.Block(kept, backward(read, read));
    }

    private Activations.Block decoder(boolean first) {
        long own = attention(written) + keysAndValues();
        long kept = stream() + written * (own + attention(read) + perceptron()) + read * keysAndValues();
        if (first || product == HALF) { // what is read has its last norm here, and is narrowed in each
            kept += read * (first ? norm() : product * model.width());
        }
        return new Activations.Block(kept, backward(written, Math.max(read, written)));
    }

    /** A norm's vector before it is scaled, and afterwards, as the products take it. Its input is the stream, or what stands below. */
    private long norm() {
        return (long) (FLOAT + product) * model.width();
    }

    private long inner() {
        return (long) model.heads() * model.headWidth();
    }

    /** Of a query: its norm, itself, what it takes from the values, the stream after it; what softmax gives. */
    private long attention(long keys) {
        long bytes = norm() + (FLOAT + product) * inner() + FLOAT * model.width();
        long scores = model.heads() * keys;
        // With dropout masks of both, and their product.
        return bytes + FLOAT * (drops ? 3 * scores + model.width() : scores);
    }

    /** Of a token that queries look at. */
    private long keysAndValues() {
        return 2 * FLOAT * inner();
    }

    /** ReLU keeps what it gives, which the next product takes; a gate keeps GELU's input and both factors. */
    private long perceptron() {
        int vectors = model.gatedPerceptron() ? 4 : 1;
        if (drops) { // a mask, and what is left; of a gate's product nothing else is kept
            vectors += model.gatedPerceptron() ? 1 : 2;
        }
        return norm() + (long) product * vectors * model.hiddenWidth() + (drops ? FLOAT * model.width() : 0);
    }

    /** The gradient of the stream, once more while it is added to, and of the widest vector or the scores. */
    private long backward(long queries, long keys) {
        long widest = Math.max(model.hiddenWidth(), 4 * model.heads() * keys);
        long again = recomputes ? 3L * model.width() + model.hiddenWidth() : 0;
        return 2 * stream() + queries * FLOAT * (widest + again);
    }
}
