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
            Tensor x, BatchTensors batch, double normalizer, RandomStreams dropout, boolean apart, PointerScope scope) {
        TargetTensors.Tokens targets = batch.targets().ofTokens();
        Piece crown = Piece.forward(targets.choose(rows(x)), scope, rows -> model.crown(rows, dropout));
        Lesson lesson = batch.lesson();
        OutputHead.Result result = lesson == null
                ? model.head().lossAndGradient(crown.output(), targets.ids(), normalizer, apart)
                : model.head().taught(crown.output(), targets.ids(), lesson, normalizer, apart);
        Tensor gradient = targets.spread(crown.backward(result.gradient(), scope), x); // (B, T, D)
        Tensor sum = result.sum();
        Tensor sequences = apart ? targets.sequences(result.rows(), x) : null; // (B)
        if (batch.targets() instanceof TargetTensors.Pairs pairs) {
            Tensor costs = nextSentence(x, pairs, gradient, 1 / normalizer, scope); // (B, 1)
            sum.add_(sum(costs, pairs)); // (1)
            if (apart) {
                sequences.add_(costs.mul(weight(pairs)).view(-1)); // (B)
            }
        }
        return new Result(sum, gradient, sequences);
    }

    @Override
    public Tensor loss(Tensor x, BatchTensors batch) {
        TargetTensors.Tokens targets = batch.targets().ofTokens();
        Tensor crowned = model.crown(targets.choose(rows(x))); // (M, D)
        Tensor sum = model.head().loss(crowned, targets.ids()).sum(); // (1)
        if (batch.targets() instanceof TargetTensors.Pairs pairs) {
            sum.add_(sum(pairCosts(model.nextSentence(firsts(x)), pairs), pairs)); // (1)
        }
        return sum;
    }

    @Override
    public OutputHead head() {
        return model.head();
    }

    /** (M, D) */
    @Override
    public Tensor said(Tensor x, BatchTensors batch) {
        return model.crown(batch.targets().ofTokens().choose(rows(x)));
    }

    private static Tensor rows(Tensor x) {
        return x.reshape(-1, x.size(2)); // (N, D)
    }

    /** Adds its gradient to the parameters and to that of each sequence's first token; the losses (B, 1) in {@code scope}. */
    private Tensor nextSentence(
            Tensor x, TargetTensors.Pairs pairs, Tensor gradient, double scale, PointerScope scope) {
        try (PointerScope inner = new PointerScope();
                AutoGradMode on = new AutoGradMode(true)) {
            Tensor first = firsts(x).detach(); // (B, D)
            first.set_requires_grad(true);
            Tensor costs = pairCosts(model.nextSentence(first), pairs); // (B, 1)
            sum(costs, pairs).mul(new Scalar(scale)).backward();
            try (AutoGradMode off = new AutoGradMode(false)) {
                gradient.select(1, 0).add_(first.mutable_grad()); // (B, D)
                Tensor value = costs.detach();
                scope.attach(value);
                return value;
            }
        }
    }

    /** (B, 1), in float64, before they are weighed. */
    private static Tensor pairCosts(Tensor logits, TargetTensors.Pairs pairs) {
        return logits.log_softmax(1)
                .gather(1, pairs.related())
                .to(ScalarType.Double)
                .neg(); // (B, 1)
    }

    /** The weighted loss. (1) */
    private static Tensor sum(Tensor costs, TargetTensors.Pairs pairs) {
        return costs.sum().mul(weight(pairs)).view(1); // (1)
    }

    /** M / B */
    private static Scalar weight(TargetTensors.Pairs pairs) {
        return new Scalar(
                (double) pairs.tokens().ids().size(0) / pairs.related().size(0));
    }

    private static Tensor firsts(Tensor x) {
        return x.select(1, 0); // (B, D)
    }
}
