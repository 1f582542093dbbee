package org.weft.core.model;

import java.io.Serializable;
import java.util.List;
import org.weft.core.config.FinetuneConfig;
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
    public static final Adaptation NONE = new Adaptation(TaskHead.LANGUAGE, null, 0, 1);

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
        int layers = config.model().layers();
        int frozen = tuning.frozenLayers() < 0 ? layers : tuning.frozenLayers();
        return new Adaptation(headOf(config, classWeights), lora, frozen, tuning.layerDecay());
    }

    private static TaskHead headOf(WeftConfig config, List<Double> classWeights) {
        FinetuneConfig tuning = config.finetune();
        int labels = tuning.labels().size();
        return switch (tuning.task()) {
            case FinetuneConfig.CLASSIFICATION -> head(config, TaskHead.Kind.CLASSES, labels, classWeights);
            case FinetuneConfig.MULTILABEL -> head(config, TaskHead.Kind.BITS, labels, List.of());
            case FinetuneConfig.REGRESSION -> head(config, TaskHead.Kind.VALUES, 1, List.of());
            case FinetuneConfig.TOKENS -> head(config, TaskHead.Kind.TOKEN_CLASSES, labels, classWeights);
            case FinetuneConfig.QA -> head(config, TaskHead.Kind.SPAN, 2, List.of());
            default -> TaskHead.LANGUAGE;
        };
    }

    private static TaskHead head(WeftConfig config, TaskHead.Kind kind, int outputs, List<Double> classWeights) {
        FinetuneConfig tuning = config.finetune();
        TaskHead.Pooling pooling =
                switch (tuning.pooling()) {
                    case "first" -> TaskHead.Pooling.FIRST;
                    case "last" -> TaskHead.Pooling.LAST;
                    case "mean" -> TaskHead.Pooling.MEAN;
                    default -> config.model().causal() ? TaskHead.Pooling.LAST : TaskHead.Pooling.FIRST;
                };
        return new TaskHead(kind, outputs, pooling, tuning.headDropout(), tuning.labelSmoothing(), classWeights);
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
