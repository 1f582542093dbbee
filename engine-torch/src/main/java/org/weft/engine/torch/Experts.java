package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.MixtralFamily;
import org.weft.engine.torch.Transformer.BlockOutput;

/**
 * A mixture of experts (Shazeer et al. 2017, as in Mixtral): a router's softmax over E perceptrons, of which each token goes
 * to the C most probable, whose probabilities are scaled to a sum of 1 and weigh what they give. Experts are computed one
 * after the other, each on its own tokens, and added in their order.
 *
 * <p>Beside the tokens' losses stands the balance of the experts, E Σ f P (Switch Transformer, Fedus et al. 2021, equations 4 to 6)
 * with f the share of tokens that go to an expert and P its mean probability: each block's own, of which the mean over the blocks counts.
 * Hugging Face's library takes f and P over all blocks together first.
 *
 * <p>B sequences, T tokens, N = B T rows, D width, E experts, C chosen for each token, n tokens of one expert.
 */
final class Experts implements Perceptron {
    private final Linear router; // (E, D)
    private final List<GatedPerceptron> experts = new ArrayList<>(); // E
    private final int chosen; // C
    private final double balance; // of this block
    private final ScalarType type;

    /** @param prefix of the names of its layers */
    Experts(String prefix, ModelConfig config, MixtralFamily family, FlatTensors flat) {
        router = Linear.outputFirst(prefix + "gate", flat);
        for (int expert = 0; expert < family.experts(config); expert++) {
            String own = prefix + "experts." + expert;
            experts.add(new GatedPerceptron(
                    Linear.outputFirst(own + ".w1", flat),
                    Linear.outputFirst(own + ".w3", flat),
                    Linear.outputFirst(own + ".w2", flat),
                    false));
        }
        chosen = family.chosen(config);
        balance = family.balance(config) / config.layers();
        type = flat.type();
    }

    @Override
    public BlockOutput apply(Tensor x) {
        Tensor rows = x.reshape(-1, x.size(2)); // (N, D)
        Tensor probabilities = router.apply(rows).to(type).softmax(1); // (N, E)
        T_TensorTensor_T top = torch.topk(probabilities, chosen, 1, true, true);
        Tensor weights = top.get0().div(top.get0().sum(new long[] {1}, true, null)); // (N, C)
        Tensor sum = torch.zeros_like(rows); // (N, D)
        Tensor shares = torch.zeros(new long[] {experts.size()}, probabilities.options()); // (E)
        long[] loads = new long[experts.size()];
        for (int expert = 0; expert < experts.size(); expert++) {
            Tensor goes = top.get1().eq(new Scalar((double) expert)); // (N, C)
            Tensor at = goes.any(1).nonzero().view(-1); // (n)
            loads[expert] = at.size(0);
            if (at.size(0) > 0) {
                Tensor weight =
                        weights.mul(goes).sum(new long[] {1}, true, null).index_select(0, at); // (n, 1)
                Tensor given = experts.get(expert).of(rows.index_select(0, at)).to(type); // (n, D)
                sum = sum.index_add(0, at, given.mul(weight)); // (N, D)
                shares.narrow(0, expert, 1).fill_(new Scalar((double) at.size(0) / rows.size(0)));
            }
        }
        return new BlockOutput(sum.view(x.sizes()), balance > 0 ? imbalance(probabilities, shares) : null, loads);
    }

    /** As much as it counts for N tokens. (1) */
    private Tensor imbalance(Tensor probabilities, Tensor shares) {
        double scale = balance * experts.size(); // the sum over N rows is N times their mean
        return probabilities.sum(0).mul(shares).sum().mul(new Scalar(scale)).view(1);
    }
}
