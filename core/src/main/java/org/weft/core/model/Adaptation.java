package org.weft.core.model;

import java.io.Serializable;
import java.util.List;

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
