package org.weft.core.model;

import java.util.List;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.Problems;
import org.weft.core.params.MatrixPart;
import org.weft.core.params.Parameter;

/** Phi-3 and Phi-4 mini (Abdin et al. 2024): Llama with fused projections, which may turn part of each head. */
public final class Phi3Family extends RotaryFamily {
    @Override
    public String name() {
        return "phi3";
    }

    @Override
    public String summary() {
        return "llama with fused projections (Phi-3, Phi-4 mini).";
    }

    @Override
    public boolean fused() {
        return true;
    }

    /** (H K + 2 G K, D): queries, keys and values one above the other; (2 M, D): the gate above what it gates. */
    @Override
    public List<MatrixPart> separate(Parameter matrix, ModelConfig model) {
        int shared = model.keyValueHeads() * model.headWidth();
        if (matrix.name().endsWith("qkv_proj.weight")) {
            return MatrixPart.sideBySide(0, model.heads() * model.headWidth(), shared, shared);
        }
        return matrix.name().endsWith("gate_up_proj.weight")
                ? MatrixPart.sideBySide(0, model.hiddenWidth(), model.hiddenWidth())
                : super.separate(matrix, model);
    }

    @Override
    public Set<String> ownKeys() {
        return and(super.ownKeys(), "sliding_window", "rotary_fraction");
    }

    @Override
    public void validate(ModelConfig model, Problems problems) {
        super.validate(model, problems);
        requireFraction(model, problems);
    }

    @Override
    public HubTable hub() {
        return new Phi3HubTable();
    }
}
