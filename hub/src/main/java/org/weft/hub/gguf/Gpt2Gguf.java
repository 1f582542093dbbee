package org.weft.hub.gguf;

import java.util.List;
import java.util.Map;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.ParameterLayout;

/** GPT-2 in llama.cpp, whose linear layers are (out, in). */
record Gpt2Gguf() implements GgufFamily {
    private static final Map<String, String> BLOCK = Map.of(
            "ln_1", "attn_norm",
            "attn.c_attn", "attn_qkv",
            "attn.c_proj", "attn_output",
            "ln_2", "ffn_norm",
            "mlp.c_fc", "ffn_up",
            "mlp.c_proj", "ffn_down");

    private static final Map<String, String> OUTER =
            Map.of("wte", "token_embd", "wpe", "position_embd", "ln_f", "output_norm");

    @Override
    public String architecture() {
        return "gpt2";
    }

    @Override
    public void putOwn(GgufMetadata metadata, ModelConfig model) {
        metadata.put(key("attention.layer_norm_epsilon"), (float) model.epsilon());
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
        boolean linear =
                tensor.name().startsWith("blk.") && tensor.source().shape().size() == 2;
        return linear ? tensor.with(GgufTensor.RowOrder.TRANSPOSED) : tensor;
    }

    /** The embedding once more: versions of llama.cpp before August 2025 do not look for the head in it. */
    @Override
    public List<GgufTensor> more(ModelConfig model, ParameterLayout layout) {
        return List.of(GgufTensor.of("output" + WEIGHT, layout.parameters().get(0)));
    }

    @Override
    public List<String> problems(ModelConfig model) {
        return List.of();
    }
}
