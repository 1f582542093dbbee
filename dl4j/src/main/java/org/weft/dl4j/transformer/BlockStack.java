package org.weft.dl4j.transformer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.weft.core.config.ModelConfig;

/**
 * The blocks and the final norm over the flat vectors: one graph for each shape of batch, given each block's parameters in
 * turn. Dropout masks are drawn for a block and freed after it, and drawn again in backward.
 *
 * <p>B sequences, T tokens, N = B T rows, D width, H heads.
 */
final class BlockStack {
    /** Training's and evaluation's shapes and a few of generation's; others are built again. */
    private static final int KEPT_GRAPHS = 8;

    private static final String NO_PREFIX = "";

    private final ModelConfig config;
    private final ParameterVector parameters;
    private final ParameterVector gradients;
    private final Map<Gpt2Graphs.Shape, Gpt2Graphs> graphs = new LinkedHashMap<>();

    BlockStack(ModelConfig config, ParameterVector parameters, ParameterVector gradients) {
        this.config = config;
        this.parameters = parameters;
        this.gradients = gradients;
    }

    static String prefix(int block) {
        return "h." + block + ".";
    }

    /** For one micro-batch of B sequences of T tokens. */
    Run run(int sequences, int context, DropoutMasks dropout) {
        Gpt2Graphs.Shape shape = new Gpt2Graphs.Shape(sequences, context, dropout.active());
        Gpt2Graphs model = graphs.remove(shape);
        if (model == null) {
            model = Gpt2Graphs.of(config, shape);
        }
        graphs.put(shape, model); // the last is the one used last
        if (graphs.size() > KEPT_GRAPHS) {
            graphs.remove(graphs.keySet().iterator().next());
        }
        return new Run(shape, model, dropout);
    }

    /** One micro-batch's way through the blocks. What a method returns is the caller's to close. */
    final class Run {
        private final Gpt2Graphs.Shape shape;
        private final Gpt2Graphs model;
        private final DropoutMasks dropout;

        private Run(Gpt2Graphs.Shape shape, Gpt2Graphs model, DropoutMasks dropout) {
            this.shape = shape;
            this.model = model;
            this.dropout = dropout;
        }

        Gpt2Graphs.Shape shape() {
            return shape;
        }

        /** The embeddings' dropout, in place: of their values, and again of their gradients. */
        void dropEmbedding(INDArray x) {
            if (dropout.active()) {
                try (Scratch scratch = new Scratch()) {
                    x.muli(scratch.keep(dropout.mask(DropoutMasks.EMBEDDING, x.shape())));
                }
            }
        }

        /** (N, D) to (N, D). */
        INDArray block(int block, INDArray x) {
            try (Scratch masks = new Scratch()) {
                return model.block().forward(given(block, x, masks));
            }
        }

        /**
         * Adds to the gradients of the block's parameters.
         *
         * @param x the block's input, (N, D)
         * @param above gradient of its output, (N, D); closed
         * @return gradient of its input, (N, D)
         */
        INDArray blockBackward(int block, INDArray x, INDArray above) {
            try (Scratch scratch = new Scratch()) {
                scratch.keep(above);
                return added(prefix(block), model.block().backward(given(block, x, scratch), above));
            }
        }

        /** (N, D) to (N, D). */
        INDArray crown(INDArray x) {
            return model.crown().forward(given(NO_PREFIX, Gpt2Graphs.CROWN_PARAMETERS, x));
        }

        /** As {@link #blockBackward}, of the final norm. */
        INDArray crownBackward(INDArray x, INDArray above) {
            try (Scratch scratch = new Scratch()) {
                scratch.keep(above);
                return added(
                        NO_PREFIX, model.crown().backward(given(NO_PREFIX, Gpt2Graphs.CROWN_PARAMETERS, x), above));
            }
        }

        private Map<String, INDArray> given(int block, INDArray x, Scratch masks) {
            Map<String, INDArray> given = given(prefix(block), Gpt2Graphs.BLOCK_PARAMETERS, x);
            if (dropout.active()) {
                long[] square = {shape.sequences(), config.heads(), shape.context(), shape.context()}; // (B, H, T, T)
                given.put(Gpt2Graphs.ATTENTION_MASK, masks.keep(dropout.mask(DropoutMasks.attention(block), square)));
                given.put(
                        Gpt2Graphs.ATTENTION_OUTPUT_MASK,
                        masks.keep(dropout.mask(DropoutMasks.attentionOutput(block), x.shape())));
                given.put(
                        Gpt2Graphs.MLP_OUTPUT_MASK, masks.keep(dropout.mask(DropoutMasks.mlpOutput(block), x.shape())));
            }
            return given;
        }

        private Map<String, INDArray> given(String prefix, List<String> names, INDArray x) {
            Map<String, INDArray> given = new HashMap<>();
            names.forEach(name -> given.put(name, parameters.view(prefix + name)));
            given.put(GraphPiece.INPUT, x);
            return given;
        }

        /** Takes a piece's gradients over; what remains is its input's. */
        private INDArray added(String prefix, Map<String, INDArray> found) {
            INDArray ofInput = found.remove(GraphPiece.INPUT);
            found.forEach((name, gradient) -> {
                gradients.view(prefix + name).addi(gradient);
                Scratch.release(gradient);
            });
            return ofInput;
        }
    }
}
