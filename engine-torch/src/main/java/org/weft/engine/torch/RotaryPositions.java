package org.weft.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;

/**
 * Rotary positions (Su et al. 2021): elements j and j + R/2 of a head are turned as a pair by position times frequency
 * j, as in Hugging Face's Llama; what comes after the first R of a head is left as it is. Angles, cosines and sines are
 * computed in float64 and rounded once.
 *
 * <p>B sequences, T tokens, H heads, K width of a head, R of its elements that are turned, C longest context.
 */
final class RotaryPositions {
    private final Tensor cosines; // (C, R)
    private final Tensor sines; // (C, R)
    private final long half; // R / 2
    private final ScalarType type;

    /**
     * @param frequencies (R / 2), in radians a position
     * @param magnitude what is turned is multiplied by
     * @param context C
     * @param like says on which device and in which type the tables are kept
     */
    RotaryPositions(double[] frequencies, double magnitude, int context, Tensor like) {
        half = frequencies.length;
        int width = 2 * frequencies.length;
        type = like.scalar_type();
        double[] cosine = new double[context * width]; // (C, R)
        double[] sine = new double[context * width]; // (C, R)
        for (int position = 0; position < context; position++) {
            for (int element = 0; element < width; element++) {
                double angle = position * frequencies[(int) (element % half)];
                cosine[position * width + element] = magnitude * Math.cos(angle);
                sine[position * width + element] = magnitude * Math.sin(angle);
            }
        }
        cosines = Tensor.create(cosine, context, width).to(like.device(), type);
        sines = Tensor.create(sine, context, width).to(like.device(), type);
    }

    /** As a configuration has them in blocks that look at all tokens. */
    static RotaryPositions of(ModelConfig config, Tensor like) {
        return new RotaryPositions(
                RotaryFrequencies.of(config), RotaryFrequencies.magnitude(config), config.context(), like);
    }

    /** And in blocks with a sliding window. */
    static RotaryPositions ofWindows(ModelConfig config, Tensor like) {
        return new RotaryPositions(RotaryFrequencies.ofWindows(config), 1, config.context(), like);
    }

    /**
     * Turns queries or keys.
     *
     * @param x (B, H, T, K)
     * @param positions (B), where each sequence's one token stands, or (B, T); null for positions from 0 on
     * @return (B, H, T, K), not in bfloat16
     */
    Tensor turn(Tensor x, Tensor positions) {
        Tensor wide = x.scalar_type() == type ? x : x.to(type); // (B, H, T, K)
        long still = x.size(3) - 2 * half; // K - R
        Tensor head = still == 0 ? wide : wide.narrow(3, 0, 2 * half); // (B, H, T, R)
        Tensor first = head.narrow(3, 0, half); // (B, H, T, R/2)
        Tensor second = head.narrow(3, half, half); // (B, H, T, R/2)
        Tensor across = torch.cat(new TensorVector(second.neg(), first), 3); // (B, H, T, R)
        Tensor cosine = at(cosines, positions, x.size(2));
        Tensor sine = at(sines, positions, x.size(2));
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
