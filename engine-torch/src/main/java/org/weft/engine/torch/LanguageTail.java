package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.global.torch;

/**
 * Tokens are predicted, and pairs of segments where that is asked: a next-sentence loss counts as much as a sequence's
 * masked tokens together.
 *
 * <p>B sequences, T tokens, N = B T rows, M rows at which something is predicted, D width, V vocabulary.
 */
final class LanguageTail implements Tail {
    private final Transformer model;

    LanguageTail(Transformer model) {
        this.model = model;
    }

    @Override
    public Result lossAndGradient(
            Tensor x, TokenTensors tokens, double normalizer, RandomStreams dropout, PointerScope scope) {
        Piece crown = Piece.forward(chosen(x, tokens), scope, model::crown);
        OutputHead.Result result = model.head().lossAndGradient(crown.output(), tokens.targets(), normalizer);
        Tensor gradient = spread(crown.backward(result.gradient(), scope), tokens, x); // (B, T, D)
        Tensor sum = result.sum();
        if (tokens.related() != null) {
            sum.add_(nextSentence(x, tokens, gradient, 1 / normalizer, scope)); // (1)
        }
        return new Result(sum, gradient);
    }

    @Override
    public Tensor loss(Tensor x, TokenTensors tokens) {
        Tensor rows = model.crown(chosen(x, tokens)); // (M, D)
        Tensor sum = model.head().loss(rows, tokens.targets()).sum(); // (1)
        if (tokens.related() != null) {
            sum.add_(pairLoss(model.nextSentence(firsts(x)), tokens)); // (1)
        }
        return sum;
    }

    /** The rows at which something is predicted. (B, T, D) to (M, D) */
    private static Tensor chosen(Tensor x, TokenTensors tokens) {
        Tensor rows = x.reshape(-1, x.size(2)); // (N, D)
        return tokens.chosen() == null ? rows : rows.index_select(0, tokens.chosen());
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
}
