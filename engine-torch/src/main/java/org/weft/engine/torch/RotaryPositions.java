package org.weft.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;

/**
 * Rotary positions (Su et al. 2021): elements j and j + K/2 of a head are turned as a pair by position times frequency
 * j, as in Hugging Face's Llama. Angles, cosines and sines are computed in float64 and rounded once.
 *
 * <p>B sequences, T tokens, H heads, K width of a head, C longest context.
 */
final class RotaryPositions {
    private final Tensor cosines; // (C, K)
    private final Tensor sines; // (C, K)
    private final long half; // K / 2
    private final ScalarType type;

    /** @param like says on which device and in which type the tables are kept */
    RotaryPositions(ModelConfig config, Tensor like) {
        double[] frequencies = RotaryFrequencies.of(config); // (K / 2)
        double magnitude = RotaryFrequencies.magnitude(config);
        int context = config.context();
        int width = config.headWidth();
        half = width / 2;
        type = like.scalar_type();
        double[] cosine = new double[context * width]; // (C, K)
        double[] sine = new double[context * width]; // (C, K)
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

    /**
     * Turns queries or keys.
     *
     * @param x (B, H, T, K)
     * @param positions (B), where each sequence's one token stands, or (B, T); null for positions from 0 on
     * @return (B, H, T, K), not in bfloat16
     */
    Tensor turn(Tensor x, Tensor positions) {
        Tensor wide = x.scalar_type() == type ? x : x.to(type); // (B, H, T, K)
        Tensor first = wide.narrow(3, 0, half); // (B, H, T, K/2)
        Tensor second = wide.narrow(3, half, half); // (B, H, T, K/2)
        Tensor across = torch.cat(new TensorVector(second.neg(), first), 3); // (B, H, T, K)
        Tensor cosine = at(cosines, positions, x.size(2));
        Tensor sine = at(sines, positions, x.size(2));
        return wide.mul(cosine).add(across.mul(sine));
    }

    private static Tensor at(Tensor table, Tensor positions, long tokens) {
        return positions == null
                ? table.narrow(0, 0, tokens) // (T, K)
                : table.index_select(0, positions.view(-1))
                        .view(positions.size(0), 1, -1, table.size(1)); // (B, 1, T, K), T = 1 for one token each
    }
}
