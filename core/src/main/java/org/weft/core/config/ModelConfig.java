package org.weft.core.config;

import java.io.Serializable;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The shape of the Transformer. The vocabulary's size is the corpus's. Keys that a family has no use for are left at
 * their defaults: {@link #validate} names those that are not.
 */
public record ModelConfig(
        @Doc(
                "gpt2: learned positions, pre-LayerNorm, tanh GELU, tied head. llama: RMSNorm, rotary positions, SwiGLU, grouped "
                        + "queries. bert: bidirectional, post-LayerNorm, masked language modelling.")
        String architecture,

        @Doc("Transformer blocks (L).") int layers,
        @Doc("Width of the residual stream (D).") int width,
        @Doc("Attention heads (H); divides width.") int heads,

        @Doc("llama: heads of keys and values (G), each shared by heads / kv_heads queries; 0 for as many as heads.")
        int kvHeads,

        @Doc(
                "Width within the perceptron (M); 0 for the family's: 4 D, or for llama 8 D / 3 rounded up to a multiple of "
                        + "256.")
        int mlpWidth,

        @Doc("Tokens of one sequence (T).") int context,

        @Doc("Probability that dropout clears an activation while training.")
        double dropout,

        @Doc("Term under the root of each norm; 0 for the family's: 1e-5, or for bert 1e-12.")
        double normEpsilon,

        @Doc("llama: the token embedding is the output head too, as in small Llamas. gpt2 and bert always do so.")
        boolean tieWordEmbeddings,

        @Doc("llama: base of the rotary frequencies.") double ropeTheta,

        @Doc("llama: how rotary positions reach beyond the context of pre-training: none, linear, llama3, yarn.")
        RopeScaling ropeScaling,

        @Doc("llama: how many times the original context; for rope_scaling.")
        double ropeFactor,

        @Doc("llama: context of pre-training; for rope_scaling llama3 and yarn.")
        int ropeOriginalContext,

        @Doc(
                "llama: wavelengths longer than rope_original_context divided by this are scaled fully (rope_scaling llama3).")
        double ropeLowFreqFactor,

        @Doc(
                "llama: wavelengths shorter than rope_original_context divided by this are not scaled (rope_scaling llama3).")
        double ropeHighFreqFactor,

        @Doc("bert: kinds of segments that a sequence may have.")
        int tokenTypes,

        @Doc("bert: train next-sentence prediction beside masked language modelling.")
        boolean nextSentence)
        implements Serializable {

    public static final String GPT2 = "gpt2";
    public static final String LLAMA = "llama";
    public static final String BERT = "bert";

    private static final List<String> ARCHITECTURES = List.of(GPT2, LLAMA, BERT);
    private static final Set<RopeScaling> ORIGINAL_CONTEXT_SCALINGS = EnumSet.of(RopeScaling.LLAMA3, RopeScaling.YARN);
    private static final int LLAMA_MLP_MULTIPLE = 256;

    /** How rotary positions reach beyond the context of pre-training. */
    public enum RopeScaling implements Word {
        NONE,
        LINEAR,
        LLAMA3,
        YARN
    }

    static ModelConfig defaults() {
        return gpt2(6, 384, 6, 256, 0.0);
    }

    /** A GPT-2 with everything else at its default. */
    public static ModelConfig gpt2(int layers, int width, int heads, int context, double dropout) {
        return of(GPT2, layers, width, heads, context, dropout);
    }

    /** A model of a family with everything else at its default. */
    public static ModelConfig of(String architecture, int layers, int width, int heads, int context, double dropout) {
        return new ModelConfig(
                architecture,
                layers,
                width,
                heads,
                0,
                0,
                context,
                dropout,
                0,
                false,
                10000,
                RopeScaling.NONE,
                1,
                0,
                1,
                4,
                2,
                false);
    }

    /** G: heads of keys and values. */
    public int keyValueHeads() {
        return isLlama() && kvHeads > 0 ? kvHeads : heads;
    }

    /** K: width of one head. */
    public int headWidth() {
        return width / heads;
    }

    /** M: width within the perceptron. */
    public int hiddenWidth() {
        if (mlpWidth > 0) {
            return mlpWidth;
        }
        int third = (8 * width + 2) / 3;
        return isLlama() ? (third + LLAMA_MLP_MULTIPLE - 1) / LLAMA_MLP_MULTIPLE * LLAMA_MLP_MULTIPLE : 4 * width;
    }

    /** The term under the root of each norm. */
    public double epsilon() {
        return normEpsilon > 0 ? normEpsilon : isBert() ? 1e-12 : 1e-5;
    }

    /** Whether the token embedding is the output head too. */
    public boolean tiedHead() {
        return !isLlama() || tieWordEmbeddings;
    }

    /** Whether the model tells a sequence's second segment from its first. */
    public boolean tellsSegments() {
        return isBert() && tokenTypes > 1;
    }

    /** Whether a token is predicted from those before it alone; otherwise from all around it. */
    public boolean causal() {
        return !isBert();
    }

    private boolean isLlama() {
        return architecture.equals(LLAMA);
    }

    private boolean isBert() {
        return architecture.equals(BERT);
    }

    void validate(Problems problems) {
        boolean known = ARCHITECTURES.contains(architecture);
        problems.require(
                known, "model.architecture=%s must be one of %s", architecture, String.join(", ", ARCHITECTURES));
        problems.require(layers >= 1, "model.layers=%d must be at least 1", layers);
        problems.require(width >= 1, "model.width=%d must be at least 1", width);
        problems.require(heads >= 1, "model.heads=%d must be at least 1", heads);
        problems.require(
                heads < 1 || width % heads == 0, "model.width=%d is not divisible by model.heads=%d", width, heads);
        problems.require(mlpWidth >= 0, "model.mlp_width=%d must not be negative", mlpWidth);
        problems.require(context >= 1, "model.context=%d must be at least 1", context);
        problems.require(dropout >= 0 && dropout < 1, "model.dropout=%s must be in [0, 1)", dropout);
        problems.require(normEpsilon >= 0, "model.norm_epsilon=%s must not be negative", normEpsilon);
        if (known) {
            validateLlama(problems);
            validateBert(problems);
        }
    }

    private void validateLlama(Problems problems) {
        if (!isLlama()) {
            problems.require(kvHeads == 0, "model.kv_heads=%d is of llama alone: %s has none", kvHeads, architecture);
            problems.require(
                    ropeScaling == RopeScaling.NONE,
                    "model.rope_scaling=%s is of llama alone: %s has no rotary positions",
                    ropeScaling.word(),
                    architecture);
            return;
        }
        problems.require(kvHeads >= 0, "model.kv_heads=%d must not be negative", kvHeads);
        problems.require(
                kvHeads <= 0 || heads < 1 || heads % kvHeads == 0,
                "model.heads=%d is not divisible by model.kv_heads=%d",
                heads,
                kvHeads);
        problems.require(
                heads < 1 || width % heads != 0 || headWidth() % 2 == 0,
                "model.width=%d / model.heads=%d must be even: rotary positions turn pairs",
                width,
                heads);
        problems.require(dropout == 0, "model.dropout=%s is not of llama: it has none", dropout);
        problems.require(ropeTheta > 0, "model.rope_theta=%s must be positive", ropeTheta);
        problems.require(ropeFactor >= 1, "model.rope_factor=%s must be at least 1", ropeFactor);
        problems.require(
                !ORIGINAL_CONTEXT_SCALINGS.contains(ropeScaling) || ropeOriginalContext >= 1,
                "model.rope_original_context is not set for model.rope_scaling=%s",
                ropeScaling.word());
        problems.require(
                ropeLowFreqFactor > 0 && ropeLowFreqFactor < ropeHighFreqFactor,
                "model.rope_low_freq_factor=%s must be positive and less than model.rope_high_freq_factor=%s",
                ropeLowFreqFactor,
                ropeHighFreqFactor);
    }

    private void validateBert(Problems problems) {
        problems.require(tokenTypes >= 1, "model.token_types=%d must be at least 1", tokenTypes);
        problems.require(
                isBert() || !nextSentence, "model.next_sentence=true is of bert alone: %s has none", architecture);
        problems.require(
                !nextSentence || tokenTypes >= 2,
                "model.token_types=%d must be at least 2 for model.next_sentence",
                tokenTypes);
    }
}
