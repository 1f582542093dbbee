package org.weft.core.optim;

import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TrainingConfig.OptimizerKind;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.WholeMatrix;

/**
 * The matrices that {@link Muon} moves as a whole: those of a model's blocks, attention's and the perceptrons', each expert's by itself. Not
 * embeddings, heads, norms, biases, nor what sends tokens to experts.
 */
public final class MuonMatrices {
    /** Elements of the largest matrix whose work space a buffer holds. */
    private static final long MOST = Integer.MAX_VALUE / Float.BYTES;

    private MuonMatrices() {}

    /**
     * A layout as the servers of a run have it: with {@code training.optimizer: muon} each of those matrices has one server, otherwise it is
     * the layout as it is. Of what is so already nothing changes.
     */
    public static ParameterLayout served(WeftConfig config, ParameterLayout layout) {
        if (config.training().optimizer() != OptimizerKind.MUON) {
            return layout;
        }
        return layout.around(of(config.model(), layout));
    }

    private static List<WholeMatrix> of(ModelConfig model, ParameterLayout layout) {
        Family family = Family.of(model);
        return family.matrices(layout, model).stream()
                .map(matrix -> new WholeMatrix(matrix, family.separate(matrix, model)))
                .toList();
    }

    /**
     * Fails where {@link Muon} is asked for and there is nothing that it could be of, or too much.
     *
     * @throws WeftException of a run whose matrices do not learn, that trains another library's network, or has a matrix that no work
     *     space holds
     */
    public static void require(WeftConfig config, ParameterLayout layout) {
        if (config.training().optimizer() != OptimizerKind.MUON) {
            return;
        }
        List<WholeMatrix> matrices = of(config.model(), layout);
        if (matrices.isEmpty()) {
            throw WeftException.usage(
                    "training.optimizer=muon: no matrix of a block is among the parameters that learn",
                    "set training.optimizer=adamw; or let blocks learn: finetune.frozen_layers");
        }
        for (WholeMatrix matrix : matrices) {
            if (matrix.largestPart() > MOST) {
                throw WeftException.usage(
                        "training.optimizer=muon: " + matrix.parameter().name() + " of "
                                + matrix.parameter().shape() + " has more than " + MOST + " elements",
                        "set training.optimizer=adamw");
            }
        }
    }
}
