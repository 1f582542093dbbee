package org.weft.hub.gguf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;
import org.weft.core.model.BlockNorms;
import org.weft.core.model.RotaryFamily;
import org.weft.core.model.RotaryFrequencies;
import org.weft.core.params.ParameterLayout;

/** Llama and its relatives in llama.cpp. */
record RotaryGguf(RotaryFamily family) implements GgufFamily {
    /** llama.cpp's names by Weft's. */
    static final Map<String, String> ARCHITECTURES = new TreeMap<>(Map.of(
            "llama", "llama",
            "mistral", "llama",
            "qwen2", "qwen2",
            "qwen3", "qwen3",
            "smollm3", "smollm3",
            "olmo2", "olmo2",
            "phi3", "phi3",
            "gemma2", "gemma2",
            "gemma3_text", "gemma3"));

    /** Those that llama.cpp turns in pairs that stand side by side. */
    private static final Set<String> INTERLEAVED = Set.of("llama", "smollm3");

    /** Those whose heads fill the width in llama.cpp. */
    private static final Set<String> WHOLE_WIDTH = Set.of("qwen2", "olmo2", "phi3");

    private static final String GEMMA2 = "gemma2";
    private static final String GEMMA3 = "gemma3";

    /** Every how many-th block of theirs looks at all tokens: constants of llama.cpp's. */
    private static final Map<String, Integer> FULL_ATTENTION_EVERY = Map.of(GEMMA2, 2, GEMMA3, 6);

    /** Blocks of the largest of each, whose scores llama.cpp scales by D / H instead of K. */
    private static final Map<String, Integer> LARGEST_LAYERS = Map.of(GEMMA2, 46, GEMMA3, 62);

    private static final double WINDOW_THETA = 10000;
    private static final int NO_ROPE_EVERY = 4;

    private static final Map<String, String> BLOCK = Map.ofEntries(
            Map.entry("input_layernorm", "attn_norm"),
            Map.entry("self_attn.q_proj", "attn_q"),
            Map.entry("self_attn.k_proj", "attn_k"),
            Map.entry("self_attn.v_proj", "attn_v"),
            Map.entry("self_attn.qkv_proj", "attn_qkv"),
            Map.entry("self_attn.o_proj", "attn_output"),
            Map.entry("self_attn.q_norm", "attn_q_norm"),
            Map.entry("self_attn.k_norm", "attn_k_norm"),
            Map.entry("pre_feedforward_layernorm", "ffn_norm"),
            Map.entry("post_feedforward_layernorm", "post_ffw_norm"),
            Map.entry("mlp.gate_proj", "ffn_gate"),
            Map.entry("mlp.up_proj", "ffn_up"),
            Map.entry("mlp.gate_up_proj", "ffn_up"),
            Map.entry("mlp.down_proj", "ffn_down"));

    private static final Map<String, String> OUTER =
            Map.of("model.embed_tokens", "token_embd", "model.norm", "output_norm", "lm_head", "output");

    @Override
    public String architecture() {
        return ARCHITECTURES.get(family.name());
    }

    @Override
    public Map<String, String> blockNames() {
        Map<String, String> names = new TreeMap<>(BLOCK);
        names.put(
                "post_attention_layernorm",
                family.blockNorms() == BlockNorms.BEFORE ? "ffn_norm" : "post_attention_norm");
        return names;
    }

    @Override
    public Map<String, String> outerNames() {
        return OUTER;
    }

    @Override
    public void putOwn(GgufMetadata metadata, ModelConfig model) {
        metadata.put(key("attention.head_count_kv"), model.keyValueHeads())
                .put(key("attention.key_length"), model.headWidth())
                .put(key("attention.value_length"), model.headWidth())
                .put(key("attention.layer_norm_rms_epsilon"), (float) model.epsilon())
                .put(key("rope.dimension_count"), family.rotaryWidth(model))
                .put(key("rope.freq_base"), (float) model.ropeTheta());
        boolean linear = model.ropeScaling() == RopeScaling.LINEAR;
        if (linear || model.ropeScaling() == RopeScaling.YARN) {
            metadata.put(key("rope.scaling.type"), linear ? "linear" : "yarn")
                    .put(key("rope.scaling.factor"), (float) model.ropeFactor());
        }
        if (model.ropeScaling() == RopeScaling.YARN) {
            metadata.put(key("rope.scaling.original_context_length"), model.ropeOriginalContext());
        }
        if (isGemma()) {
            metadata.put(
                    key("attention.sliding_window"),
                    model.slidingWindow() > 0 ? model.slidingWindow() : model.context());
        } else if (family.fused()) {
            metadata.put(key("attention.sliding_window"), 0); // which some versions want to be told
        }
        if (architecture().equals(GEMMA2)) {
            metadata.put(key("attn_logit_softcapping"), (float) family.attentionSoftcap(model))
                    .put(key("final_logit_softcapping"), (float) family.logitSoftcap(model));
        }
    }

    private boolean isGemma() {
        return FULL_ATTENTION_EVERY.containsKey(architecture());
    }

    @Override
    public GgufTensor ordered(GgufTensor tensor, ModelConfig model) {
        if (family.offsetNorms() && tensor.name().endsWith("norm" + WEIGHT)) {
            return tensor.plus(1); // llama.cpp scales by what the file has
        }
        if (!INTERLEAVED.contains(architecture())) {
            return tensor;
        }
        if (tensor.name().contains(".attn_q.")) {
            return tensor.with(GgufTensor.RowOrder.interleaved(model.heads()));
        }
        return tensor.name().contains(".attn_k.")
                ? tensor.with(GgufTensor.RowOrder.interleaved(model.keyValueHeads()))
                : tensor;
    }

    /** What llama 3's scaling divides each frequency by; and where llama.cpp wants a head of its own, the embedding once more. */
    @Override
    public List<GgufTensor> more(ModelConfig model, ParameterLayout layout) {
        List<GgufTensor> more = new ArrayList<>();
        if (model.ropeScaling() == RopeScaling.LLAMA3) {
            double[] scaled = RotaryFrequencies.of(model, 0);
            List<Float> factors = new ArrayList<>();
            for (int j = 0; j < scaled.length; j++) {
                factors.add((float) (Math.pow(model.ropeTheta(), -2.0 * j / family.rotaryWidth(model)) / scaled[j]));
            }
            more.add(GgufTensor.computed("rope_freqs" + WEIGHT, factors));
        }
        if (model.tiedHead() && architecture().equals("olmo2")) {
            more.add(GgufTensor.of("output" + WEIGHT, layout.parameters().get(0)));
        }
        return more;
    }

    @Override
    public List<String> problems(ModelConfig model) {
        List<String> problems = new ArrayList<>();
        boolean scalable =
                switch (model.ropeScaling()) {
                    case NONE, LINEAR -> true;
                    case YARN -> !isGemma() && !family.fused();
                    case LLAMA3 -> architecture().equals("llama");
                    case DYNAMIC, LONGROPE -> false;
                };
        if (!scalable) {
            problems.add("model.rope_scaling=" + model.ropeScaling().word() + " is not written for " + family.name());
        }
        if (isGemma()) {
            gemma(model, problems);
        } else if (model.slidingWindow() > 0 && model.slidingWindow() < model.context()) {
            problems.add("model.sliding_window=" + model.slidingWindow() + ": llama.cpp's " + architecture()
                    + " looks at all " + model.context() + " tokens");
        }
        if (WHOLE_WIDTH.contains(architecture()) && model.heads() * model.headWidth() != model.width()) {
            problems.add("model.head_dim=" + model.headDim() + ": llama.cpp's " + architecture()
                    + " has heads that fill model.width=" + model.width());
        }
        if (model.noRopeEvery() > 0 && model.noRopeEvery() != NO_ROPE_EVERY) {
            problems.add("model.no_rope_every=" + model.noRopeEvery() + ": llama.cpp's is " + NO_ROPE_EVERY);
        }
        return problems;
    }

    private void gemma(ModelConfig model, List<String> problems) {
        int every = FULL_ATTENTION_EVERY.get(architecture());
        for (int block = 0; block < model.layers() && model.slidingWindow() > 0; block++) {
            boolean all = family.window(model, block) == 0;
            if (all != ((block + 1) % every == 0)) {
                problems.add("model.full_attention_every=" + model.fullAttentionEvery() + ": llama.cpp's is " + every);
                break;
            }
        }
        double theirs = model.layers() == LARGEST_LAYERS.get(architecture())
                ? 1 / Math.sqrt(Math.floorDiv(model.width(), model.heads())) // whole numbers there
                : 1 / Math.sqrt(model.headWidth());
        if (Math.abs(family.attentionScale(model) - theirs) > 1e-9) {
            problems.add("model.query_pre_attn_scalar=" + model.queryPreAttnScalar() + ": llama.cpp's is "
                    + Math.round(1 / (theirs * theirs)));
        }
        if (architecture().equals(GEMMA2)) {
            if (family.attentionSoftcap(model) <= 0 || family.logitSoftcap(model) <= 0) {
                problems.add("model.attn_logit_softcapping=" + model.attnLogitSoftcapping()
                        + ", model.final_logit_softcapping=" + model.finalLogitSoftcapping()
                        + ": llama.cpp's gemma2 always caps both");
            }
        } else if (model.slidingWindow() == 0
                ? model.ropeTheta() != WINDOW_THETA || model.ropeScaling() != RopeScaling.NONE
                : family.windowTheta(model) != WINDOW_THETA) {
            problems.add("model.sliding_window=" + model.slidingWindow() + ", model.rope_local_theta="
                    + model.ropeLocalTheta() + ": llama.cpp's gemma3 turns five blocks of six by the base 10000");
        }
    }
}
