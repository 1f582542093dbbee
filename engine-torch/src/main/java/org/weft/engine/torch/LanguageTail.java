package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

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
            Tensor x, BatchTensors batch, double normalizer, RandomStreams dropout, PointerScope scope) {
        TargetTensors.Tokens targets = batch.targets().ofTokens();
        Piece crown = Piece.forward(targets.choose(rows(x)), scope, model::crown);
        OutputHead.Result result = model.head().lossAndGradient(crown.output(), targets.ids(), normalizer);
        Tensor gradient = targets.spread(crown.backward(result.gradient(), scope), x); // (B, T, D)
        Tensor sum = result.sum();
        if (batch.targets() instanceof TargetTensors.Pairs pairs) {
            sum.add_(nextSentence(x, pairs, gradient, 1 / normalizer, scope)); // (1)
        }
        return new Result(sum, gradient);
    }

    @Override
    public Tensor loss(Tensor x, BatchTensors batch) {
        TargetTensors.Tokens targets = batch.targets().ofTokens();
        Tensor crowned = model.crown(targets.choose(rows(x))); // (M, D)
        Tensor sum = model.head().loss(crowned, targets.ids()).sum(); // (1)
        if (batch.targets() instanceof TargetTensors.Pairs pairs) {
            sum.add_(pairLoss(model.nextSentence(firsts(x)), pairs)); // (1)
        }
        return sum;
    }

    private static Tensor rows(Tensor x) {
        return x.reshape(-1, x.size(2)); // (N, D)
    }

    /** Adds its gradient to the parameters and to that of each sequence's first token; the weighted loss (1) in {@code scope}. */
    private Tensor nextSentence(
            Tensor x, TargetTensors.Pairs pairs, Tensor gradient, double scale, PointerScope scope) {
        try (PointerScope inner = new PointerScope();
                AutoGradMode on = new AutoGradMode(true)) {
            Tensor first = firsts(x).detach(); // (B, D)
            first.set_requires_grad(true);
            Tensor loss = pairLoss(model.nextSentence(first), pairs); // (1)
            loss.mul(new Scalar(scale)).backward();
            try (AutoGradMode off = new AutoGradMode(false)) {
                gradient.select(1, 0).add_(first.mutable_grad()); // (B, D)
                Tensor value = loss.detach();
                scope.attach(value);
                return value;
            }
        }
    }

    private static Tensor pairLoss(Tensor logits, TargetTensors.Pairs pairs) {
        double weight = (double) pairs.tokens().ids().size(0) / pairs.related().size(0); // M / B
        Tensor chosen = logits.log_softmax(1).gather(1, pairs.related()); // (B, 1)
        return chosen.to(ScalarType.Double).sum().neg().mul(new Scalar(weight)).view(1); // (1)
    }

    private static Tensor firsts(Tensor x) {
        return x.select(1, 0); // (B, D)
    }
}
