package org.weft.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One of T5's attentions, to its own text or to another: scores are products that are not scaled, plus a bias. They are explicit,
 * for the fused operation has no gradient of a bias; never in bfloat16.
 *
 * <p>B sequences, T queries, S keys, D width, H heads, K width of a head.
 *
 * @param norm of what the queries are made of
 */
record T5Attention(Norm norm, Linear query, Linear key, Linear value, Linear project, int headWidth, ScalarType type) {
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    /**
     * @param home what the names of the half of a block begin with
     * @param kind and what follows: whom it looks at
     */
    static T5Attention of(String home, String kind, int headWidth, double epsilon, FlatTensors flat) {
        String prefix = home + kind;
        return new T5Attention(
                Norm.rootMeanSquare(home + "layer_norm", flat, epsilon, false),
                Linear.outputFirst(prefix + ".q", flat), // (H K, D)
                Linear.outputFirst(prefix + ".k", flat), // (H K, D)
                Linear.outputFirst(prefix + ".v", flat), // (H K, D)
                Linear.outputFirst(prefix + ".o", flat), // (D, H K)
                headWidth,
                flat.type());
    }

    /** (B, T, D) to (B, H, T, K) */
    Tensor queries(Tensor normed) {
        return heads(query.apply(normed));
    }

    /** (B, S, D) to (B, H, S, K) */
    Tensor keys(Tensor x) {
        return heads(key.apply(x));
    }

    /** (B, S, D) to (B, H, S, K) */
    Tensor values(Tensor x) {
        return heads(value.apply(x));
    }

    private Tensor heads(Tensor x) {
        Tensor wide = x.scalar_type() == type ? x : x.to(type);
        return wide.view(x.size(0), x.size(1), -1, headWidth).transpose(1, 2); // (B, H, T, K)
    }

    /**
     * What each query takes from the values.
     *
     * @param seen keys and values (B, H, S, K), and true at those to look at, or null for all
     * @param bias (1 or B, H, T, S), or null
     * @param site whose probabilities are dropped
     * @return (B, T, D)
     */
    Tensor mix(Tensor queries, PastKeysAndValues.Seen seen, Tensor bias, RandomStreams dropout, int site) {
        Tensor scores = queries.matmul(seen.keys().transpose(2, 3)); // (B, H, T, S)
        if (bias != null) {
            scores = scores.add(bias);
        }
        if (seen.mask() != null) {
            scores = scores.masked_fill(seen.mask().logical_not(), new Scalar(NEVER));
        }
        Tensor mixed = dropout.drop(scores.softmax(3), site).matmul(seen.values()); // (B, H, T, K)
        return project.apply(mixed.transpose(1, 2).reshape(queries.size(0), queries.size(2), -1)); // (B, T, D)
    }
}
