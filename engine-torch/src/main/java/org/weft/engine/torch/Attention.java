package org.weft.engine.torch;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;

/**
 * Scaled dot-product attention (Vaswani et al. 2017), with heads of keys and values that several heads of queries may
 * share (Ainslie et al. 2023). Without dropout it is one fused operation that never holds (T, S) scores; with dropout
 * the scores are explicit, because the fused one draws from libtorch's global generator. Never in bfloat16: there the
 * fused operation falls back to scalar loops on a CPU.
 *
 * <p>B sequences, T queries, S keys, H heads, G heads of keys and values, K width of a head, D = H K.
 */
final class Attention {
    private final Scalar never = new Scalar(Double.NEGATIVE_INFINITY);
    private final boolean causal;
    private final boolean grouped;
    private final ScalarType type;
    private final Tensor futures; // (C, C), minus infinity above the diagonal; null where it is not needed
    private final Scalar scale;
    private final TensorOptional noMask = new TensorOptional();
    private final DoubleOptional defaultScale = new DoubleOptional();

    Attention(ModelConfig config, FlatTensors flat) {
        causal = config.causal();
        grouped = config.keyValueHeads() < config.heads();
        type = flat.type();
        scale = new Scalar(1 / Math.sqrt(config.headWidth()));
        futures = causal && config.dropout() > 0
                ? futures(config.context(), flat.parameters().tensor())
                : null;
    }

    /**
     * What each query takes from the values.
     *
     * @param queries (B, H, T, K)
     * @param keys (B, G, T, K)
     * @param values (B, G, T, K)
     * @return (B, T, D)
     */
    Tensor apply(int block, Tensor queries, Tensor keys, Tensor values, Pass pass) {
        Tensor q = wide(queries); // (B, H, T, K)
        Tensor mixed = pass.dropout().active()
                ? explicit(q, wide(keys), wide(values), block, pass)
                : fused(q, wide(keys), wide(values), block, pass); // (B, H, T, K)
        return mixed.transpose(1, 2).reshape(q.size(0), q.size(2), q.size(1) * q.size(3)); // (B, T, D)
    }

    private Tensor fused(Tensor q, Tensor k, Tensor v, int block, Pass pass) {
        if (pass.documents() != null) {
            return pass.documents().oneByOne(q, k, v, this::whole);
        }
        if (pass.mask() != null) {
            return masked(q, k, v, pass.mask());
        }
        if (pass.past() == null) {
            return whole(q, k, v);
        }
        PastKeysAndValues.Seen seen = pass.past().keep(block, k, v);
        return seen.mask() == null
                ? torch.scaled_dot_product_attention(
                        q, seen.keys(), seen.values(), noMask, 0, q.size(2) > 1, defaultScale, grouped)
                : masked(q, seen.keys(), seen.values(), seen.mask()); // (B, H, T, K)
    }

    private Tensor whole(Tensor q, Tensor k, Tensor v) {
        return torch.scaled_dot_product_attention(q, k, v, noMask, 0, causal, defaultScale, grouped); // (B, H, T, K)
    }

    private Tensor masked(Tensor q, Tensor k, Tensor v, Tensor mask) {
        return torch.scaled_dot_product_attention(
                q, k, v, new TensorOptional(mask), 0, false, defaultScale, grouped); // (B, H, T, K)
    }

    private Tensor explicit(Tensor q, Tensor k, Tensor v, int block, Pass pass) {
        Tensor scores = q.matmul(k.transpose(2, 3)).mul_(scale); // (B, H, T, T)
        if (causal) {
            long context = k.size(2);
            scores = scores.add_(futures.narrow(0, 0, context).narrow(1, 0, context)); // (B, H, T, T)
        }
        if (pass.mask() != null) {
            scores = scores.masked_fill(pass.mask().logical_not(), never); // (B, H, T, T)
        }
        Tensor probabilities = scores.softmax(3); // (B, H, T, T)
        return pass.dropout()
                .drop(probabilities, RandomStreams.attention(block))
                .matmul(v); // (B, H, T, K)
    }

    private Tensor wide(Tensor x) {
        return x.scalar_type() == type ? x : x.to(type);
    }

    private Tensor futures(int context, Tensor like) {
        return torch.full(new long[] {context, context}, never, like.options()).triu(1); // (C, C)
    }
}
