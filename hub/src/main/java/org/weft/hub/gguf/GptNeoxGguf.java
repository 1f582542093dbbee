package org.weft.hub.gguf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;
import org.weft.core.model.Family;
import org.weft.core.params.ParameterLayout;

/** GPT-NeoX in llama.cpp, whose fused projection has all queries before all keys, and which always has a head of its own. */
record GptNeoxGguf() implements GgufFamily {
    private static final Map<String, String> BLOCK = Map.of(
            "input_layernorm", "attn_norm",
            "attention.query_key_value", "attn_qkv",
            "attention.dense", "attn_output",
            "post_attention_layernorm", "ffn_norm",
            "mlp.dense_h_to_4h", "ffn_up",
            "mlp.dense_4h_to_h", "ffn_down");

    private static final Map<String, String> OUTER = Map.of(
            "gpt_neox.embed_in", "token_embd", "gpt_neox.final_layer_norm", "output_norm", "embed_out", "output");

    @Override
    public String architecture() {
        return "gptneox";
    }

    @Override
    public void putOwn(GgufMetadata metadata, ModelConfig model) {
        metadata.put(key("attention.layer_norm_epsilon"), (float) model.epsilon())
                .put(key("rope.dimension_count"), Family.of(model).rotaryWidth(model))
                .put(key("rope.freq_base"), (float) model.ropeTheta())
                .put(key("use_parallel_residual"), !model.sequentialResidual());
    }

    @Override
    public Map<String, String> blockNames() {
        return BLOCK;
    }

    @Override
    public Map<String, String> outerNames() {
        return OUTER;
    }

    @Override
    public GgufTensor ordered(GgufTensor tensor, ModelConfig model) {
        return tensor.name().contains("attn_qkv") ? tensor.with(GgufTensor.RowOrder.ungrouped(model.heads())) : tensor;
    }

    @Override
    public List<GgufTensor> more(ModelConfig model, ParameterLayout layout) {
        return model.tiedHead()
                ? List.of(GgufTensor.of("output.weight", layout.parameters().get(0)))
                : List.of();
    }

    @Override
    public List<String> problems(ModelConfig model) {
        List<String> problems = new ArrayList<>();
        if (model.ropeScaling() != RopeScaling.NONE) {
            problems.add(
                    "model.rope_scaling=" + model.ropeScaling().word() + " is not written for " + model.architecture());
        }
        return problems;
    }

    @Override
    public List<String> differences(ModelConfig model) {
        return model.tanhGelu()
                ? List.of()
                : List.of("llama.cpp computes a gpt_neox with the tanh form of GELU, this model has the exact one:"
                        + " its logits differ a little, and a near choice may fall otherwise");
    }
}
