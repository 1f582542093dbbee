package org.weft.worker.engine;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.params.Parameter;

/**
 * Forward and backward of a micro-batch, cut at the blocks' inputs. Each piece is a graph of its own: going back through
 * it completes the gradients of one run of parameters, which are announced while the pieces before it are still to
 * come, and frees its activations. The runs are the vector's from its end to its beginning: what comes after the blocks,
 * blocks from the last to the first, embeddings (whose gradient is complete last, for a tied head uses them too).
 *
 * <p>B sequences, T tokens, N = B T rows, M rows at which something is predicted, D width, V vocabulary.
 */
final class BlockwiseBackward {
    private final Transformer model;
    private final FlatTensors flat;
    private final boolean recompute;
    private final Range embeddings;
    private final List<Range> blocks = new ArrayList<>();
    private final Range tail;

    BlockwiseBackward(Transformer model, FlatTensors flat, boolean recompute) {
        this.model = model;
        this.flat = flat;
        this.recompute = recompute;
        for (int block = 0; block < model.blocks(); block++) {
            blocks.add(rangeOf(model.blockPrefix(block)));
        }
        embeddings = new Range(0, blocks.get(0).offset());
        long afterBlocks = blocks.get(blocks.size() - 1).end();
        tail = new Range(afterBlocks, flat.layout().size() - afterBlocks);
    }

    /**
     * Adds the gradient of (sum of losses) / normalizer and returns that sum. Next-sentence losses count as much as a
     * sequence's masked tokens together.
     */
    double accumulate(TokenTensors tokens, double normalizer, RandomStreams dropout, GradientRelay relay) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            flat.refreshFactors();
            Pass pass = Pass.whole(dropout);
            Tensor x = model.embeddings().lookUp(tokens, null); // (B, T, D)
            Piece stem = null;
            if (model.hasStem(dropout)) {
                stem = Piece.forward(x, scope, false, input -> model.stem(input, dropout));
                x = stem.output(); // (B, T, D)
            }
            List<Piece> pieces = new ArrayList<>();
            for (int block = 0; block < model.blocks(); block++) {
                int index = block;
                Piece piece = Piece.forward(x, scope, recompute, input -> model.block(index, input, pass));
                pieces.add(piece);
                x = piece.output(); // (B, T, D)
            }
            Piece crown = Piece.forward(chosen(x, tokens), scope, false, model::crown);
            OutputHead.Result result = model.head().lossAndGradient(crown.output(), tokens.targets(), normalizer);

            Tensor gradient = spread(crown.backward(result.gradient(), scope), tokens, x); // (B, T, D)
            Tensor sum = result.sum();
            if (tokens.related() != null) {
                sum.add_(nextSentence(x, tokens, gradient, 1 / normalizer, scope)); // (1)
            }
            completed(tail, relay);
            for (int block = model.blocks() - 1; block >= 0; block--) {
                gradient = pieces.get(block).backward(gradient, scope); // (B, T, D)
                completed(blocks.get(block), relay);
            }
            if (stem != null) {
                gradient = stem.backward(gradient, scope); // (B, T, D)
            }
            model.embeddings().backward(tokens, gradient);
            completed(embeddings, relay);
            relay.finish();
            return sum.item_double();
        }
    }

    /** The sum of losses, without dropout and without gradient. */
    double loss(TokenTensors tokens) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            flat.refreshFactors();
            Tensor x = forward(tokens, scope); // (B, T, D)
            Tensor sum = model.head()
                    .loss(model.crown(chosen(x, tokens)), tokens.targets())
                    .sum();
            if (tokens.related() != null) {
                sum.add_(pairLoss(model.nextSentence(firsts(x)), tokens)); // (1)
            }
            return sum.item_double();
        }
    }

    /** Logits at some positions of one sequence. (n, V) on the device, attached to the caller's scope. */
    Tensor logits(TokenTensors tokens, int[] positions, PointerScope caller) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            flat.refreshFactors();
            Tensor x = rows(forward(tokens, scope)); // (T, D)
            Tensor at = Tensor.create(positions).to(x.device(), ScalarType.Long); // (n)
            Tensor logits = model.head().logitsOf(model.crown(x.index_select(0, at))); // (n, V)
            caller.attach(logits);
            return logits;
        }
    }

    /** What the last block makes of each token of one sequence. (T, D), attached to the caller's scope. */
    Tensor hiddenStates(TokenTensors tokens, PointerScope caller) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            flat.refreshFactors();
            Tensor x = rows(forward(tokens, scope)); // (T, D)
            caller.attach(x);
            return x;
        }
    }

    private Tensor forward(TokenTensors tokens, PointerScope scope) {
        Pass pass = Pass.whole(RandomStreams.NONE);
        Tensor x = model.embeddings().lookUp(tokens, null); // (B, T, D)
        if (model.hasStem(RandomStreams.NONE)) {
            x = model.stem(x, RandomStreams.NONE); // (B, T, D)
        }
        for (int block = 0; block < model.blocks(); block++) {
            try (PointerScope inner = new PointerScope()) {
                Tensor before = x;
                x = model.block(block, before, pass); // (B, T, D)
                scope.attach(x);
                before.close();
            }
        }
        return x;
    }

    private void completed(Range range, GradientRelay relay) {
        flat.foldGradients(range.offset(), range.length());
        relay.completed(range.offset(), range.length());
    }

    /** The rows at which something is predicted. (B, T, D) to (M, D) */
    private static Tensor chosen(Tensor x, TokenTensors tokens) {
        return tokens.chosen() == null ? rows(x) : rows(x).index_select(0, tokens.chosen());
    }

    /** The way back: zero where nothing was predicted. (M, D) to (B, T, D) */
    private static Tensor spread(Tensor gradient, TokenTensors tokens, Tensor like) {
        if (tokens.chosen() == null) {
            return gradient.view(like.sizes());
        }
        Tensor all = torch.zeros_like(like); // (B, T, D)
        all.view(-1, like.size(2)).index_copy_(0, tokens.chosen(), gradient);
        return all;
    }

    /** Adds its gradient to the parameters and to that of each sequence's first token; the weighted loss (1) in {@code scope}. */
    private Tensor nextSentence(Tensor x, TokenTensors tokens, Tensor gradient, double scale, PointerScope scope) {
        try (PointerScope inner = new PointerScope();
                AutoGradMode on = new AutoGradMode(true)) {
            Tensor first = firsts(x).detach(); // (B, D)
            first.set_requires_grad(true);
            Tensor loss = pairLoss(model.nextSentence(first), tokens); // (1)
            loss.mul(new Scalar(scale)).backward();
            try (AutoGradMode off = new AutoGradMode(false)) {
                gradient.select(1, 0).add_(first.mutable_grad()); // (B, D)
                Tensor value = loss.detach();
                scope.attach(value);
                return value;
            }
        }
    }

    private static Tensor pairLoss(Tensor logits, TokenTensors tokens) {
        double weight = (double) tokens.targets().size(0) / tokens.sequences();
        Tensor chosen = logits.log_softmax(1).gather(1, tokens.related()); // (B, 1)
        return chosen.to(ScalarType.Double).sum().neg().mul(new Scalar(weight)).view(1); // (1)
    }

    private static Tensor firsts(Tensor x) {
        return x.select(1, 0); // (B, D)
    }

    private static Tensor rows(Tensor x) {
        return x.reshape(-1, x.size(2)); // (N, D)
    }

    private Range rangeOf(String prefix) {
        List<Parameter> run = flat.layout().parameters().stream()
                .filter(parameter -> parameter.name().startsWith(prefix))
                .toList();
        long offset = run.get(0).offset();
        return new Range(offset, run.get(run.size() - 1).end() - offset);
    }

    /** A run of the flat vector. */
    private record Range(long offset, long length) {
        long end() {
            return offset + length;
        }
    }
}
