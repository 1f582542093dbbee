package org.weft.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;
import org.weft.core.model.QueryKeyNorm;
import org.weft.core.model.RotaryFamily;

/**
 * One block's attention in Llama and its relatives: projections to queries, keys and values, of which the first two may be
 * normed and are turned by their positions, {@link Attention}, and a projection of what comes out.
 *
 * <p>B sequences, T tokens, D width, H heads, G heads of keys and values, K width of a head.
 */
final class RotaryAttention {
    private final int block;
    private final long queries; // H K
    private final long shared; // G K
    private final int headWidth;
    private final Linear query; // (H K, D), or with keys and values (H K + 2 G K, D)
    private final Linear key; // (G K, D), or null
    private final Linear value; // (G K, D), or null
    private final Norm queryNorm; // over H K or K, or null
    private final Norm keyNorm; // over G K or K, or null
    private final boolean headNorms;
    private final RotaryPositions positions; // null where nothing is turned
    private final Attention attention;
    private final Linear project; // (D, H K)

    /**
     * @param attention of this block's window
     * @param positions what turns queries and keys; null where nothing does
     */
    RotaryAttention(int block, ModelConfig config, FlatTensors flat, Attention attention, RotaryPositions positions) {
        RotaryFamily family = (RotaryFamily) Family.of(config);
        String prefix = family.blockPrefix(config, block) + "self_attn.";
        this.block = block;
        headWidth = config.headWidth();
        queries = (long) config.heads() * headWidth;
        shared = (long) config.keyValueHeads() * headWidth;
        query = Linear.outputFirst(prefix + (family.fused() ? "qkv_proj" : "q_proj"), flat);
        key = family.fused() ? null : Linear.outputFirst(prefix + "k_proj", flat);
        value = family.fused() ? null : Linear.outputFirst(prefix + "v_proj", flat);
        project = Linear.outputFirst(prefix + "o_proj", flat);
        boolean normed = family.queryKeyNorm() != QueryKeyNorm.NONE;
        queryNorm = normed ? norm(prefix + "q_norm", config, family, flat) : null;
        keyNorm = normed ? norm(prefix + "k_norm", config, family, flat) : null;
        headNorms = family.queryKeyNorm() == QueryKeyNorm.HEAD;
        this.positions = positions;
        this.attention = attention;
    }

    private static Norm norm(String name, ModelConfig config, RotaryFamily family, FlatTensors flat) {
        return Norm.rootMeanSquare(name, flat, config.epsilon(), family.offsetNorms());
    }

    /** (B, T, D) to (B, T, D) */
    Tensor apply(Tensor x, Pass pass) {
        Tensor first = query.apply(x);
        Tensor q = key == null ? first.narrow(2, 0, queries) : first; // (B, T, H K)
        Tensor k = key == null ? first.narrow(2, queries, shared) : key.apply(x); // (B, T, G K)
        Tensor v = key == null ? first.narrow(2, queries + shared, shared) : value.apply(x); // (B, T, G K)
        Tensor mixed = attention.apply(
                block, turned(q, queryNorm, pass), turned(k, keyNorm, pass), heads(v), pass); // (B, T, H K)
        return project.apply(mixed); // (B, T, D)
    }

    /** (B, T, H K) to (B, H, T, K), or with G as many as it has. */
    private Tensor turned(Tensor rows, Norm norm, Pass pass) {
        Tensor x = norm == null || headNorms ? rows : norm.apply(rows);
        Tensor heads = heads(x);
        if (headNorms) {
            heads = norm.apply(heads);
        }
        return positions == null ? heads : positions.turn(heads, pass);
    }

    private Tensor heads(Tensor x) {
        return x.view(x.size(0), x.size(1), -1, headWidth).transpose(1, 2); // (B, H or G, T, K)
    }
}
