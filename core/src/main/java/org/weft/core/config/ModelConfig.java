package org.weft.core.config;

import java.io.Serializable;
import java.util.Set;

/** The shape of the Transformer. The vocabulary's size is the corpus's. */
public record ModelConfig(
        @Doc("gpt2: learned positions, pre-LayerNorm, tanh GELU, tied head.")
        String architecture,

        @Doc("Transformer blocks (L).") int layers,
        @Doc("Width of the residual stream (D).") int width,
        @Doc("Attention heads (H); divides width.") int heads,
        @Doc("Tokens of one sequence (T).") int context,

        @Doc("Probability that dropout clears an activation while training.")
        double dropout)
        implements Serializable {

    private static final Set<String> ARCHITECTURES = Set.of("gpt2");

    static ModelConfig defaults() {
        return new ModelConfig("gpt2", 6, 384, 6, 256, 0.0);
    }

    void validate(Problems problems) {
        problems.require(
                ARCHITECTURES.contains(architecture), "model.architecture=%s must be one of gpt2", architecture);
        problems.require(layers >= 1, "model.layers=%d must be at least 1", layers);
        problems.require(width >= 1, "model.width=%d must be at least 1", width);
        problems.require(heads >= 1, "model.heads=%d must be at least 1", heads);
        problems.require(
                heads < 1 || width % heads == 0, "model.width=%d is not divisible by model.heads=%d", width, heads);
        problems.require(context >= 2, "model.context=%d must be at least 2", context);
        problems.require(dropout >= 0 && dropout < 1, "model.dropout=%s must be in [0, 1)", dropout);
    }
}
