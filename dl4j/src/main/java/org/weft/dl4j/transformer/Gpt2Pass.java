package org.weft.dl4j.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.weft.core.batches.Batch;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.GradientListener;
import org.weft.engine.SequenceLosses;

/**
 * Forward and backward of a micro-batch, block by block: forward keeps each block's input alone, backward computes a block
 * again with its gradient and announces its range of the vector, from the end to the beginning, while the blocks before it
 * are still to come.
 *
 * <p>B sequences, T tokens, N = B T rows, D width. One thread's.
 */
final class Gpt2Pass implements AutoCloseable {
    private final ModelConfig config;
    private final ParameterLayout layout;
    private final TokenEmbeddings embeddings;
    private final BlockStack blocks;
    private final TiedHead head;

    Gpt2Pass(ModelConfig config, ParameterLayout layout, ParameterVector parameters, ParameterVector gradients) {
        this.config = config;
        this.layout = layout;
        embeddings = new TokenEmbeddings(layout, parameters, gradients);
        blocks = new BlockStack(config, parameters, gradients);
        head = new TiedHead(parameters.view(TokenEmbeddings.TOKENS), gradients.view(TokenEmbeddings.TOKENS));
    }

    /** Adds the gradient of (sum of losses) / normalizer and returns that sum. */
    double accumulate(
            Batch batch, double normalizer, DropoutMasks dropout, GradientListener listener, SequenceLosses losses) {
        BlockStack.Run run = blocks.run(batch.sequences(), batch.context(), dropout);
        try (Scratch scratch = new Scratch()) {
            INDArray x = scratch.keep(embeddings.lookUp(batch.inputs(), batch.context())); // (N, D)
            run.dropEmbedding(x);
            List<INDArray> inputs = new ArrayList<>();
            for (int block = 0; block < config.layers(); block++) {
                inputs.add(x);
                x = scratch.keep(run.block(block, x)); // (N, D)
            }
            INDArray crowned = scratch.keep(run.crown(x)); // (N, D)
            INDArray gradient = Nd4j.createUninitialized(DataType.FLOAT, crowned.shape()); // (N, D)
            double[] nats = new double[batch.sequences() * batch.context()]; // (N)
            double sum = head.lossAndGradient(crowned, batch.targets(), normalizer, gradient, nats);
            gradient = run.crownBackward(x, gradient); // (N, D)
            announce(Gpt2Graphs.CROWN, listener);
            for (int block = config.layers() - 1; block >= 0; block--) {
                gradient = run.blockBackward(block, inputs.get(block), gradient); // (N, D)
                announce(BlockStack.prefix(block), listener);
            }
            scratch.keep(gradient);
            run.dropEmbedding(gradient);
            embeddings.backward(batch.inputs(), batch.context(), gradient);
            listener.rangeReady(0, rangeOf(BlockStack.prefix(0)).offset());
            for (int sequence = 0; sequence < batch.sequences(); sequence++) {
                int from = sequence * batch.context();
                losses.lost(
                        sequence,
                        Arrays.stream(nats, from, from + batch.context()).sum());
            }
            return sum;
        }
    }

    /** The sum of losses, without dropout and without gradient. */
    double loss(Batch batch) {
        try (Scratch scratch = new Scratch()) {
            INDArray x = scratch.keep(crowned(batch.inputs(), batch.sequences(), batch.context())); // (N, D)
            return head.loss(x, batch.targets());
        }
    }

    /** Logits at some positions of one sequence. (n, V) */
    float[][] logits(int[] tokens, int[] positions) {
        try (Scratch scratch = new Scratch()) {
            INDArray x = scratch.keep(crowned(tokens, 1, tokens.length)); // (T, D)
            return head.logitsOf(scratch.keep(Nd4j.pullRows(x, 1, positions)));
        }
    }

    /** What the last block makes of each token of one sequence. (T, D) */
    float[][] hiddenStates(int[] tokens) {
        try (Scratch scratch = new Scratch()) {
            return scratch.keep(hidden(tokens, blocks.run(1, tokens.length, DropoutMasks.NONE)))
                    .toFloatMatrix();
        }
    }

    private INDArray crowned(int[] inputs, int sequences, int context) {
        BlockStack.Run run = blocks.run(sequences, context, DropoutMasks.NONE);
        try (Scratch scratch = new Scratch()) {
            return run.crown(scratch.keep(hidden(inputs, run))); // (N, D)
        }
    }

    private INDArray hidden(int[] inputs, BlockStack.Run run) {
        INDArray x = embeddings.lookUp(inputs, run.shape().context()); // (N, D)
        for (int block = 0; block < config.layers(); block++) {
            INDArray before = x;
            x = run.block(block, before); // (N, D)
            Scratch.release(before);
        }
        return x;
    }

    private void announce(String prefix, GradientListener listener) {
        Range range = rangeOf(prefix);
        listener.rangeReady(range.offset(), range.length());
    }

    private Range rangeOf(String prefix) {
        List<Parameter> run = layout.parameters().stream()
                .filter(parameter -> parameter.name().startsWith(prefix))
                .toList();
        long offset = run.get(0).offset();
        return new Range(offset, run.get(run.size() - 1).end() - offset);
    }

    /** A run of the flat vector. */
    private record Range(long offset, long length) {}

    @Override
    public void close() {
        head.close();
    }
}
