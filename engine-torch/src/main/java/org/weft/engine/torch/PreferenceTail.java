package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.batches.PreferenceCosts;

/**
 * Of pairs of answers the better one is to become likelier. A pair's loss is a function of what both answers cost, so the output head
 * runs twice: what each answer costs, then its gradient by as much as that counts. Logits are never held whole here either.
 *
 * <p>B answers, T tokens, N = B T rows, M rows at which something is predicted, D width.
 */
final class PreferenceTail implements Tail {
    private final Transformer model;

    PreferenceTail(Transformer model) {
        this.model = model;
    }

    @Override
    public Result lossAndGradient(
            Tensor x, BatchTensors batch, double normalizer, RandomStreams dropout, boolean apart, PointerScope scope) {
        TargetTensors.Tokens targets = batch.targets().ofTokens();
        Piece crown = Piece.forward(targets.choose(rows(x)), scope, model::crown);
        Tensor nats = targets.sequences(model.head().costs(crown.output(), targets.ids()), x); // (B)
        PreferenceCosts costs = costs(batch, nats);
        Tensor weights = Tensor.create(costs.slopes(), x.size(0), 1)
                .to(x.device(), x.scalar_type())
                .expand(x.size(0), x.size(1))
                .reshape(-1, 1); // (N, 1)
        Tensor gradient = model.head()
                .weighedGradient(crown.output(), targets.ids(), targets.choose(weights), normalizer); // (M, D)
        return new Result(
                sum(costs, x), targets.spread(crown.backward(gradient, scope), x), apart ? nats : null); // (B, T, D)
    }

    @Override
    public Tensor loss(Tensor x, BatchTensors batch) {
        return sum(costs(batch, sequences(x, batch)), x); // (1)
    }

    @Override
    public Tensor said(Tensor x, BatchTensors batch) {
        throw new IllegalStateException("pairs of answers are beside the model at the start, and no teacher");
    }

    /** What each answer costs, its negative log-probability in nats. (B), in float64 */
    Tensor sequences(Tensor x, BatchTensors batch) {
        TargetTensors.Tokens targets = batch.targets().ofTokens();
        Tensor crowned = model.crown(targets.choose(rows(x))); // (M, D)
        return targets.sequences(model.head().costs(crowned, targets.ids()), x);
    }

    private static PreferenceCosts costs(BatchTensors batch, Tensor nats) {
        return ((TargetTensors.Preferences) batch.targets()).asked().costs(Tail.toHost(nats));
    }

    private static Tensor sum(PreferenceCosts costs, Tensor like) {
        return Tensor.create(new double[] {costs.loss()}).to(like.device(), ScalarType.Double); // (1)
    }

    private static Tensor rows(Tensor x) {
        return x.reshape(-1, x.size(2)); // (N, D)
    }
}
