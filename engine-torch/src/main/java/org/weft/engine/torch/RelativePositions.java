package org.weft.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.T5Family;

/**
 * What T5 adds to the scores of attention: for each head a bias that depends on how far a key is from its query (Raffel et
 * al. 2020, section 2.1). Distances are of kinds: near ones each of its own, farther ones in kinds that widen like their
 * logarithm, up to one of all that are far. An encoder has half of the kinds for keys behind a query; a decoder sees none there.
 *
 * <p>C longest context, H heads, T queries, S keys.
 */
final class RelativePositions {
    private final Tensor weight; // (kinds, H)
    private final Tensor kinds; // (2 C - 1), of distances from 1 - C to C - 1
    private final int context;

    /** @param name of the parameter */
    RelativePositions(ModelConfig config, FlatTensors flat, String name, boolean causal) {
        weight = flat.parameter(name);
        context = config.context() + 1; // a text that is written has a beginning of its own
        kinds = kinds(T5Family.buckets(config), T5Family.farthest(config), causal)
                .to(weight.device(), ScalarType.Long);
    }

    /** Computed in float32 as the paper's code does: where a logarithm is a whole number, its rounding decides. */
    private Tensor kinds(int buckets, int farthest, boolean causal) {
        Tensor distances = torch.arange(new Scalar((double) (1 - context)), new Scalar((double) context))
                .to(ScalarType.Long);
        int sided = causal ? buckets : buckets / 2;
        int exact = sided / 2;
        Tensor away = causal ? distances.clamp_max(new Scalar(0)).neg() : distances.abs();
        Tensor logarithm =
                away.to(ScalarType.Float).div(new Scalar((double) exact)).log();
        Tensor wide = logarithm
                .div(new Scalar(Math.log((double) farthest / exact)))
                .mul(new Scalar((double) (sided - exact)))
                .to(ScalarType.Long)
                .add(new Scalar(exact))
                .clamp_max(new Scalar(sided - 1));
        Tensor kind = torch.where(away.lt(new Scalar(exact)), away, wide);
        return causal ? kind : kind.add(distances.gt(new Scalar(0)).to(ScalarType.Long), new Scalar(sided));
    }

    /** Of texts seen from their first token on. (1, H, T, T) */
    Tensor bias(long tokens) {
        Tensor places = places(tokens); // (T)
        return bias(places.view(1, tokens), places.view(tokens, 1)).unsqueeze(0);
    }

    /**
     * Of one query of each of some texts.
     *
     * @param at (B), where it stands
     * @return (B, H, 1, S)
     */
    Tensor bias(Tensor at, long seen) {
        return bias(places(seen).view(1, seen), at.view(-1, 1)).permute(1, 0, 2).unsqueeze(2);
    }

    /** (1, S) and (T, 1) to (H, T, S) */
    private Tensor bias(Tensor keys, Tensor queries) {
        Tensor distances = keys.sub(queries).add(new Scalar(context - 1)); // (T, S)
        Tensor chosen = kinds.index_select(0, distances.view(-1)); // (T S)
        return weight.index_select(0, chosen)
                .view(distances.size(0), distances.size(1), -1)
                .permute(2, 0, 1); // (H, T, S)
    }

    private Tensor places(long tokens) {
        return torch.arange(new Scalar((double) tokens)).to(weight.device(), ScalarType.Long);
    }
}
