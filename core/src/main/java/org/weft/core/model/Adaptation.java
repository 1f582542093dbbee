package org.weft.core.model;

import java.io.Serializable;
import java.util.List;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.HeadKind;
import org.weft.core.config.WeftConfig;

/**
 * How a pre-trained model learns a task: which head it gets, and which of its parameters learn.
 *
 * @param head of the task
 * @param lora low-rank adapters, with which nothing but they and the head learns; null where parameters learn themselves
 * @param frozenBlocks blocks from the bottom that do not learn, and with the first of them the embeddings
 * @param layerDecay factor of the learning rate from the head to the last block, from each block to the one below, and
 *     from the first to the embeddings (ELECTRA: Clark et al. 2020, appendix A)
 */
public record Adaptation(TaskHead head, Lora lora, int frozenBlocks, double layerDecay) implements Serializable {
    /** Pre-training: everything learns to predict tokens. */
    public static final Adaptation NONE = whole(TaskHead.LANGUAGE);

    /** A head over parameters all of which learn, without adapters. */
    public static Adaptation whole(TaskHead head) {
        return new Adaptation(head, null, 0, 1);
    }

    /**
     * As a run is configured to fine-tune; {@link #NONE} where it is not.
     *
     * @param classWeights what a target counts by its class; empty where all count 1
     */
    public static Adaptation of(WeftConfig config, List<Double> classWeights) {
        FinetuneConfig tuning = config.finetune();
        if (!tuning.active()) {
            return NONE;
        }
        Lora lora = tuning.lora() ? new Lora(tuning.loraRank(), tuning.loraAlpha(), tuning.loraTargets()) : null;
        int layers = config.model().blocks();
        int frozen = tuning.frozenLayers() < 0 ? layers : tuning.frozenLayers();
        return new Adaptation(headOf(config, classWeights), lora, frozen, tuning.layerDecay());
    }

    private static TaskHead headOf(WeftConfig config, List<Double> classWeights) {
        FinetuneConfig tuning = config.finetune();
        HeadKind kind = tuning.task().head();
        if (kind == HeadKind.LANGUAGE) {
            return TaskHead.LANGUAGE;
        }
        return new TaskHead(
                kind,
                kind.outputs(tuning.labels().size()),
                pooling(config),
                kind.layered() ? tuning.headDropout() : 0,
                tuning.labelSmoothing(),
                kind.exclusive() ? classWeights : List.of());
    }

    private static TaskHead.Pooling pooling(WeftConfig config) {
        return switch (config.finetune().pooling()) {
            case AUTO -> {
                boolean vectors = config.finetune().task().head() == HeadKind.EMBEDDING;
                TaskHead.Pooling usual = vectors ? TaskHead.Pooling.MEAN : TaskHead.Pooling.FIRST;
                yield config.model().causal() ? TaskHead.Pooling.LAST : usual;
            }
            case FIRST -> TaskHead.Pooling.FIRST;
            case LAST -> TaskHead.Pooling.LAST;
            case MEAN -> TaskHead.Pooling.MEAN;
        };
    }

    /**
     * Low-rank adapters (Hu et al. 2021): a linear layer W gets x Aᵀ Bᵀ alpha / rank added, with A of (rank, in) and B of
     * (out, rank), of which B starts at zero.
     *
     * @param targets ends of the names of the layers that get one; empty for attention's queries and values
     */
    public record Lora(int rank, double alpha, List<String> targets) implements Serializable {
        public Lora {
            targets = List.copyOf(targets);
        }

        /** What an adapter's product counts. */
        public double scale() {
            return alpha / rank;
        }
    }
}
