package org.weft.core.config;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The shape of the Transformer. The vocabulary's size is the corpus's. Keys that a family has no use for are left at
 * their defaults: {@link #validate} names those that are not.
 */
public record ModelConfig(
        @Doc(ConfigReference.FAMILIES) String architecture,
        @Doc("Transformer blocks (L).") int layers,
        @Doc("Width of the residual stream (D).") int width,

        @Doc("Attention heads (H); divides width, unless head_dim says how wide they are.")
        int heads,

        @Doc(
                "llama and its relatives: heads of keys and values (G), each shared by heads / kv_heads queries; 0 for as many as heads.")
        int kvHeads,

        @Doc("llama and its relatives: width of one head (K); 0 for width / heads.")
        int headDim,

        @Doc(
                "Width within the perceptron (M); 0 for the family's: 4 D, or with a gate, as llama has one, 8 D / 3 rounded"
                        + " up to a multiple of 256.")
        int mlpWidth,

        @Doc("Tokens of one sequence (T).") int context,

        @Doc("Probability that dropout clears an activation while training.")
        double dropout,

        @Doc(
                "Term under the root of each norm; 0 for the family's: 1e-5, for the gemmas 1e-6, for bert and distilbert 1e-12.")
        double normEpsilon,

        @Doc(
                "llama and its relatives: the token embedding is the output head too, as in small Llamas. gpt2, the encoders and"
                        + " the gemmas always do so.")
        boolean tieWordEmbeddings,

        @Doc(
                "Tokens that a query looks back at (W), itself included, in blocks with a sliding window; 0 for no window. modernbert:"
                        + " it looks W / 2 to both sides; 0 for 128.")
        int slidingWindow,

        @Doc(
                "Every how many-th block looks at all tokens, whatever sliding_window; 0 for the family's: gemma2 2, gemma3 6,"
                        + " modernbert 3 (which begins with the first), otherwise none.")
        int fullAttentionEvery,

        @Doc("Scores of attention are divided by its root; 0 for the width of a head.")
        double queryPreAttnScalar,

        @Doc(
                "Scores s of attention become c tanh(s / c) with this c; 0 for the family's: gemma2 50, otherwise none; -1 for"
                        + " none.")
        double attnLogitSoftcapping,

        @Doc("Logits s become c tanh(s / c) with this c; 0 for the family's: gemma2 30, otherwise none; -1 for none.")
        double finalLogitSoftcapping,

        @Doc("gpt_neox: the perceptron reads what attention gave, instead of both reading the block's input.")
        boolean sequentialResidual,

        @Doc("gpt_neox: the perceptron's GELU is the tanh form, as GPT-NeoX 20B has it, instead of the exact one.")
        boolean tanhGelu,

        @Doc("Rotary positions: base of the frequencies.") double ropeTheta,

        @Doc(
                "gemma3, modernbert: base of the frequencies in blocks with a sliding window, where nothing is scaled; 0 for 10000.")
        double ropeLocalTheta,

        @Doc(
                "Part of each head that rotary positions turn, from its beginning; 0 for the family's: gpt_neox 0.25, phi3 1.")
        double rotaryFraction,

        @Doc("smollm3: every how many-th block has no rotary positions; 0 for 4.")
        int noRopeEvery,

        @Doc("How rotary positions reach beyond the context of pre-training: none, linear, dynamic, llama3, yarn,"
                + " longrope.")
        RopeScaling ropeScaling,

        @Doc("Rotary positions: how many times the original context; for rope_scaling.")
        double ropeFactor,

        @Doc("Rotary positions: context of pre-training; for rope_scaling dynamic, llama3, yarn and longrope.")
        int ropeOriginalContext,

        @Doc(
                "Rotary positions: wavelengths longer than rope_original_context divided by this are scaled fully (rope_scaling llama3).")
        double ropeLowFreqFactor,

        @Doc(
                "Rotary positions: wavelengths shorter than rope_original_context divided by this are not scaled (rope_scaling llama3).")
        double ropeHighFreqFactor,

        @Doc(
                "Rotary positions: what each frequency is divided by in texts up to rope_original_context (rope_scaling longrope).")
        List<Double> ropeShortFactors,

        @Doc("Rotary positions: the same in longer texts (rope_scaling longrope).")
        List<Double> ropeLongFactors,

        @Doc("Rotary positions: what queries and keys are multiplied by, each (rope_scaling longrope); 0 for"
                + " sqrt(1 + ln rope_factor / ln rope_original_context).")
        double ropeAttentionFactor,

        @Doc("mixtral: perceptrons of a block, of which each token goes to some (E); 0 for 8.")
        int experts,

        @Doc("mixtral: perceptrons that each token goes to; 0 for 2.")
        int expertsPerToken,

        @Doc(
                "mixtral: what the balance of the experts counts beside a token's loss in training; 0 for 0.001, -1 for none.")
        double routerAuxLossCoef,

        @Doc("bert, roberta: kinds of segments.") int tokenTypes,

        @Doc("bert: train next-sentence prediction beside masked language modelling.")
        boolean nextSentence,

        @Doc("t5: blocks of the decoder; 0 for layers, which are the encoder's.")
        int decoderLayers,

        @Doc("t5: the perceptrons are gated by a tanh GELU, as in T5 1.1 and Flan-T5, instead of a ReLU.")
        boolean gatedPerceptron,

        @Doc("t5: kinds of distances between two tokens, of which each has a bias of its own; 0 for 32.")
        int relativeBuckets,

        @Doc("t5: tokens that are farther apart than this are as far apart as these; 0 for 128.")
        int relativeDistance)
        implements Serializable {

    /** How rotary positions reach beyond the context of pre-training. */
    public enum RopeScaling implements Word {
        NONE,
        LINEAR,
        DYNAMIC,
        LLAMA3,
        YARN,
        LONGROPE;

        /** Whether frequencies follow the length of the text, where it may be longer than the original context. */
        public boolean followsLength() {
            return this == DYNAMIC || this == LONGROPE;
        }
    }

    static ModelConfig defaults() {
        return gpt2(6, 384, 6, 256, 0.0);
    }

    /** A GPT-2 with everything else at its default. */
    public static ModelConfig gpt2(int layers, int width, int heads, int context, double dropout) {
        return of("gpt2", layers, width, heads, context, dropout);
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
                0,
                context,
                dropout,
                0,
                false,
                0,
                0,
                0,
                0,
                0,
                false,
                false,
                10000,
                0,
                0,
                0,
                RopeScaling.NONE,
                1,
                0,
                1,
                4,
                List.of(),
                List.of(),
                0,
                0,
                0,
                0,
                2,
                false,
                0,
                false,
                0,
                0);
    }

    /** G: heads of keys and values. */
    public int keyValueHeads() {
        return family().keyValueHeads(this);
    }

    /** K: width of one head. */
    public int headWidth() {
        return headDim > 0 ? headDim : width / heads;
    }

    /** M: width within the perceptron. */
    public int hiddenWidth() {
        return mlpWidth > 0 ? mlpWidth : family().hiddenWidth(this);
    }

    /** The term under the root of each norm. */
    public double epsilon() {
        return normEpsilon > 0 ? normEpsilon : family().normEpsilon();
    }

    /** Whether the token embedding is the output head too. */
    public boolean tiedHead() {
        return family().tiedHead(this);
    }

    /** Whether the model tells a sequence's second segment from its first. */
    public boolean tellsSegments() {
        return family().tellsSegments(this);
    }

    /** Whether a token is predicted from those before it alone; otherwise from all around it. */
    public boolean causal() {
        return family().causal();
    }

    /** Whether an encoder reads a text, and a decoder writes another: see {@link Architecture#encodesSource}. */
    public boolean encodesSource() {
        return family().encodesSource();
    }

    /** Whether each token of a text is predicted from those before it. */
    public boolean continuesText() {
        return causal() && !encodesSource();
    }

    /** Blocks of all parts: L, and of an encoder with a decoder those of both. */
    public int blocks() {
        return family().blocks(this);
    }

    /** The id that the padding token has to have; empty where it may have any. */
    public OptionalInt paddingId() {
        return family().paddingId();
    }

    /** The family; of a name that no family has, one without anything of its own: validation has refused it. */
    private Architecture family() {
        return Architecture.named(architecture).orElse(() -> architecture);
    }

    void validate(Problems problems) {
        Optional<Architecture> family = Architecture.named(architecture);
        List<String> known = Architecture.all().stream().map(Architecture::name).toList();
        problems.require(
                family.isPresent(),
                "model.architecture=%s must be one of %s%s",
                architecture,
                String.join(", ", known),
                Suggestion.near(known, architecture));
        problems.require(layers >= 1, "model.layers=%d must be at least 1", layers);
        problems.require(width >= 1, "model.width=%d must be at least 1", width);
        problems.require(heads >= 1, "model.heads=%d must be at least 1", heads);
        problems.require(headDim >= 0, "model.head_dim=%d must not be negative", headDim);
        problems.require(
                heads < 1 || headDim > 0 || width % heads == 0,
                "model.width=%d is not divisible by model.heads=%d",
                width,
                heads);
        problems.require(mlpWidth >= 0, "model.mlp_width=%d must not be negative", mlpWidth);
        problems.require(context >= 1, "model.context=%d must be at least 1", context);
        problems.require(dropout >= 0 && dropout < 1, "model.dropout=%s must be in [0, 1)", dropout);
        problems.require(normEpsilon >= 0, "model.norm_epsilon=%s must not be negative", normEpsilon);
        problems.require(tokenTypes >= 1, "model.token_types=%d must be at least 1", tokenTypes);
        family.ifPresent(mine -> {
            Architectures.refuseKeysOfOthers(
                    mine, RecordBinder.toTree(this), RecordBinder.toTree(defaults()), problems);
            mine.validate(this, problems);
        });
    }
}
