package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.Records;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;
import org.weft.core.model.RotaryFrequencies;

/**
 * Rotary positions (Su et al. 2021): elements j and j + R/2 of a head are turned as a pair by position times frequency
 * j, as in Hugging Face's Llama; what comes after the first R of a head is left as it is. Angles, cosines and sines are
 * computed in float64 and rounded once.
 *
 * <p>B sequences, T tokens, H heads, K width of a head, R of its elements that are turned, C longest context.
 */
final class RotaryPositions {
    private final Tables tables;
    private final Tables scaledAnew; // of texts beyond the original context, where those are turned otherwise; or null
    private final ModelConfig config;
    private final long half; // R / 2
    private final ScalarType type;
    private long scaledTo; // tokens of the text that scaledAnew is for

    private RotaryPositions(ModelConfig config, double[] frequencies, double magnitude, Tensor like) {
        this.config = config;
        half = frequencies.length;
        type = like.scalar_type();
        tables = Tables.of(frequencies, magnitude, config.context(), like);
        scaledTo = config.context();
        scaledAnew = RotaryFrequencies.isScaledAnew(config, scaledTo)
                ? Tables.of(RotaryFrequencies.of(config, scaledTo), magnitude, config.context(), like)
                : null;
    }

    /** As a configuration has them in blocks that look at all tokens. */
    static RotaryPositions of(ModelConfig config, Tensor like) {
        return new RotaryPositions(config, RotaryFrequencies.of(config, 0), RotaryFrequencies.magnitude(config), like);
    }

    /** And in blocks with a sliding window, where they have a base of their own. */
    static RotaryPositions ofWindows(ModelConfig config, Tensor like) {
        return new RotaryPositions(
                Records.with(config, "ropeScaling", RopeScaling.NONE), RotaryFrequencies.ofWindows(config), 1, like);
    }

    /**
     * Cosines and sines of each position.
     *
     * @param cosines (C, R)
     * @param sines (C, R)
     */
    private record Tables(Tensor cosines, Tensor sines) {

        static Tables of(double[] frequencies, double magnitude, int context, Tensor like) {
            int half = frequencies.length;
            int width = 2 * half;
            double[] cosine = new double[context * width]; // (C, R)
            double[] sine = new double[context * width]; // (C, R)
            for (int position = 0; position < context; position++) {
                for (int element = 0; element < width; element++) {
                    double angle = position * frequencies[element % half];
                    cosine[position * width + element] = magnitude * Math.cos(angle);
                    sine[position * width + element] = magnitude * Math.sin(angle);
                }
            }
            return new Tables(
                    Tensor.create(cosine, context, width).to(like.device(), like.scalar_type()),
                    Tensor.create(sine, context, width).to(like.device(), like.scalar_type()));
        }
    }

    /** Those of a text of so many tokens. A scaling that follows each token has its table written anew, in place. */
    private Tables tables(long tokens) {
        if (!RotaryFrequencies.isScaledAnew(config, tokens)) {
            return tables;
        }
        if (tokens != scaledTo && config.ropeScaling() == RopeScaling.DYNAMIC) {
            try (PointerScope scope = new PointerScope()) {
                Tables fresh = Tables.of(
                        RotaryFrequencies.of(config, tokens),
                        RotaryFrequencies.magnitude(config),
                        config.context(),
                        scaledAnew.cosines());
                scaledAnew.cosines().copy_(fresh.cosines());
                scaledAnew.sines().copy_(fresh.sines());
            }
            scaledTo = tokens;
        }
        return scaledAnew;
    }

    /**
     * Turns queries or keys.
     *
     * @param x (B, H, T, K)
     * @param pass says where tokens stand, and how long their texts are
     * @return (B, H, T, K), not in bfloat16
     */
    Tensor turn(Tensor x, Pass pass) {
        Tensor wide = x.scalar_type() == type ? x : x.to(type); // (B, H, T, K)
        long still = x.size(3) - 2 * half; // K - R
        Tensor head = still == 0 ? wide : wide.narrow(3, 0, 2 * half); // (B, H, T, R)
        Tensor first = head.narrow(3, 0, half); // (B, H, T, R/2)
        Tensor second = head.narrow(3, half, half); // (B, H, T, R/2)
        Tensor across = torch.cat(new TensorVector(second.neg(), first), 3); // (B, H, T, R)
        Tables own = tables(pass.longest() > 0 ? pass.longest() : x.size(2));
        Tensor cosine = at(own.cosines(), pass.positions(), x.size(2));
        Tensor sine = at(own.sines(), pass.positions(), x.size(2));
        Tensor turned = head.mul(cosine).add(across.mul(sine)); // (B, H, T, R)
        return still == 0
                ? turned
                : torch.cat(new TensorVector(turned, wide.narrow(3, 2 * half, still)), 3); // (B, H, T, K)
    }

    private static Tensor at(Tensor table, Tensor positions, long tokens) {
        return positions == null
                ? table.narrow(0, 0, tokens) // (T, R)
                : table.index_select(0, positions.view(-1))
                        .view(positions.size(0), 1, -1, table.size(1)); // (B, 1, T, R), T = 1 for one token each
    }
}
