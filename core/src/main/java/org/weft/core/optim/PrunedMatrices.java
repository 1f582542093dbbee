package org.weft.core.optim;

import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * The parameters whose weights may become zero: the matrices of a model's blocks, in the layout's order. Not embeddings, norms, biases,
 * heads, nor what sends tokens to experts.
 */
public record PrunedMatrices(List<Parameter> parameters) {

    /** Of the parameters that servers have. */
    public static PrunedMatrices of(ModelConfig model, ParameterLayout layout) {
        return new PrunedMatrices(Family.of(model).matrices(layout, model));
    }

    /**
     * Fails where pruning is asked for and there is nothing that it could be of.
     *
     * @throws WeftException of a run whose matrices do not learn, or that trains another library's network
     */
    public static void require(WeftConfig config, ParameterLayout layout) {
        if (config.training().pruning().active() && of(config.model(), layout).size() == 0) {
            throw WeftException.usage(
                    "training.pruning.method="
                            + config.training().pruning().method().word()
                            + ": no matrix of a block is among the parameters that learn",
                    "leave it out; or let blocks learn: finetune.frozen_layers");
        }
    }

    /** Their weights, all together. */
    public long size() {
        return parameters.stream().mapToLong(Parameter::size).sum();
    }
}
