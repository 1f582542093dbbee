package org.weft.worker.engine;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * Forward and backward of a micro-batch, cut at the blocks' inputs. Each piece is a graph of its own: going back through
 * it completes the gradients of one run of parameters, which are announced while the pieces before it are still to
 * come, and frees its activations. The pieces are the vector's runs from its end to its beginning: final norm, blocks
 * from the last to the first, embeddings (whose gradient is complete last, for the head uses them too).
 *
 * <p>B sequences, T tokens, N = B T rows, D width, V vocabulary.
 */
final class BlockwiseBackward {
    private final Gpt2 model;
    private final OutputHead head;
    private final Tensor tokenGradient; // (V, D)
    private final Tensor positionGradient; // (C, D)
    private final Range embeddings;
    private final List<Range> blocks = new ArrayList<>();
    private final Range finalNorm;
    private final BoolOptional freeGraph = new BoolOptional(false);
    private final TensorArrayRefOptional allLeaves = new TensorArrayRefOptional();

    BlockwiseBackward(Gpt2 model, OutputHead head, FlatTensors flat) {
        this.model = model;
        this.head = head;
        tokenGradient = flat.gradient("wte.weight");
        positionGradient = flat.gradient("wpe.weight");
        embeddings = Range.of(flat.layout(), "w");
        for (int block = 0; block < model.blocks(); block++) {
            blocks.add(Range.of(flat.layout(), "h." + block + "."));
        }
        finalNorm = Range.of(flat.layout(), "ln_f.");
    }

    /**
     * Adds the gradient of (sum of losses) / normalizer and returns that sum.
     *
     * @param tokens inputs (N) and targets (N, 1)
     */
    double accumulate(TokenTensors tokens, double normalizer, RandomStreams dropout, GradientRelay relay) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            Tensor embedded = model.embed(tokens.inputs(), tokens.sequences(), tokens.context()); // (B, T, D)
            Tensor mask = dropout.active() ? dropout.mask(embedded, RandomStreams.EMBEDDING) : null; // (B, T, D)
            Tensor x = mask == null ? embedded : embedded.mul_(mask); // (B, T, D)
            List<Piece> pieces = new ArrayList<>();
            for (int block = 0; block < model.blocks(); block++) {
                int index = block;
                Piece piece = Piece.forward(x, scope, input -> model.block(index, input, dropout));
                pieces.add(piece);
                x = piece.output(); // (B, T, D)
            }
            Piece norm = Piece.forward(x, scope, model::finalNorm);
            OutputHead.Result result = head.lossAndGradient(rows(norm.output()), tokens.targets(), normalizer);

            Tensor gradient = result.gradient().view(norm.output().sizes()); // (B, T, D)
            gradient = backward(norm, gradient, scope);
            relay.completed(finalNorm.offset(), finalNorm.length());
            for (int block = model.blocks() - 1; block >= 0; block--) {
                gradient = backward(pieces.get(block), gradient, scope); // (B, T, D)
                relay.completed(blocks.get(block).offset(), blocks.get(block).length());
            }
            embeddingBackward(tokens, mask == null ? gradient : gradient.mul_(mask));
            relay.completed(embeddings.offset(), embeddings.length());
            relay.finish();
            return result.sum().item_double();
        }
    }

    /** The sum of losses, without dropout and without gradient. */
    double loss(TokenTensors tokens) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            Tensor x = forward(tokens, scope); // (B, T, D)
            return head.loss(rows(model.finalNorm(x)), tokens.targets()).sum().item_double();
        }
    }

    /** Logits at some positions of one sequence. (n, V) on the device, attached to the caller's scope. */
    Tensor logits(TokenTensors tokens, int[] positions, PointerScope caller) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            Tensor x = rows(forward(tokens, scope)); // (T, D)
            Tensor at = Tensor.create(positions).to(x.device(), ScalarType.Long); // (n)
            Tensor chosen = x.index_select(0, at).unsqueeze(0); // (1, n, D)
            Tensor logits = head.logitsOf(rows(model.finalNorm(chosen))); // (n, V)
            caller.attach(logits);
            return logits;
        }
    }

    private Tensor forward(TokenTensors tokens, PointerScope scope) {
        Tensor x = model.embed(tokens.inputs(), tokens.sequences(), tokens.context()); // (B, T, D)
        for (int block = 0; block < model.blocks(); block++) {
            try (PointerScope inner = new PointerScope()) {
                Tensor before = x;
                x = model.block(block, before, RandomStreams.NONE); // (B, T, D)
                scope.attach(x);
                before.close();
            }
        }
        return x;
    }

    private Tensor backward(Piece piece, Tensor gradient, PointerScope scope) {
        try (PointerScope inner = new PointerScope()) {
            piece.output().backward(gradient, freeGraph, false, allLeaves);
            Tensor before = piece.input().mutable_grad(); // (B, T, D)
            Tensor kept = new Tensor(before);
            scope.attach(kept);
            gradient.close();
            piece.close();
            return kept;
        }
    }

    private void embeddingBackward(TokenTensors tokens, Tensor gradient) {
        try (PointerScope inner = new PointerScope()) {
            tokenGradient.index_add_(0, tokens.inputs(), rows(gradient)); // (V, D)
            positionGradient.narrow(0, 0, tokens.context()).add_(gradient.sum(0)); // (T, D)
        }
    }

    private static Tensor rows(Tensor x) {
        return x.reshape(-1, x.size(2)); // (N, D)
    }

    /** A run of the flat vector. */
    private record Range(long offset, long length) {

        static Range of(ParameterLayout layout, String prefix) {
            List<Parameter> run = layout.parameters().stream()
                    .filter(parameter -> parameter.name().startsWith(prefix))
                    .toList();
            long offset = run.get(0).offset();
            return new Range(offset, run.get(run.size() - 1).end() - offset);
        }
    }
}
