package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.model.HubTable;
import org.weft.core.storage.HadoopStore;

/** What a config.json asks for and Weft does not compute is refused in one line that names it, before anything is written. */
class FamilyRefusalsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "roberta | hidden_act | \"gelu_new\" | hidden_act=gelu_new is not one that Weft has: gelu",
                "roberta | pad_token_id | 0 | pad_token_id=0 is not one that Weft has: 1",
                "roberta | max_position_embeddings | 2 | max_position_embeddings=2 leaves no position behind the padding token's, 1",
                "roberta | max_position_embeddings | \"514\" | max_position_embeddings=\"514\" leaves no position behind the padding token's, 1",
                "roberta | max_position_embeddings | 4294967810 | max_position_embeddings=4294967810 is more than Weft can have, 2147483647",
                "roberta | position_embedding_type | \"relative_key\" | position_embedding_type=relative_key is not one that Weft has: absolute",
                "roberta | is_decoder | true | is_decoder=true is not one that Weft has: false",
                "xlm-roberta | tie_word_embeddings | false | tie_word_embeddings=false is not one that Weft has: true",
                "xlm-roberta | embedding_size | 128 | embedding_size=128 is not a key of xlm-roberta that Weft knows: UNKNOWN",
                "distilbert | activation | \"relu\" | activation=relu is not one that Weft has: gelu",
                "distilbert | sinusoidal_pos_embds | true | sinusoidal_pos_embds=true is not one that Weft has: false",
                "distilbert | n_heads | 3 | model.width=16 is not divisible by model.heads=3",
                "distilbert | dim | \"768\" | dim=\"768\" is not a whole number",
                "modernbert | hidden_activation | \"silu\" | hidden_activation=silu is not one that Weft has: gelu",
                "modernbert | norm_bias | true | norm_bias=true is not one that Weft has: false",
                "modernbert | mlp_dropout | 0.1 | mlp_dropout=0.1 is not one that Weft has: 0.0",
                "modernbert | local_attention | 1 | local_attention=1 is no number of tokens",
                "modernbert | global_attn_every_n_layers | \"3\" | global_attn_every_n_layers=\"3\" is no number of layers",
                "modernbert | layer_types | [\"sliding_attention\",\"full_attention\",\"full_attention\"] | layer_types=[\"sliding_attention\",\"full_attention\",\"full_attention\"] is not an order that Weft has: full_attention in the first layer and every n-th after it, sliding_attention in the others",
                "modernbert | rope_parameters | {\"full_attention\":{\"rope_type\":\"yarn\",\"factor\":4}} | rope_parameters of type=yarn is not one that Weft has: default",
                "modernbert | rope_parameters | {\"rope_type\":\"linear\",\"factor\":4} | rope_parameters={\"rope_type\":\"linear\",\"factor\":4} is not one that Weft has: an object for full_attention and one for sliding_attention",
                "modernbert | rope_parameters | {\"sliding_attention\":{\"rope_type\":\"default\",\"factor\":4}} | rope_parameters.sliding_attention.factor=4 is not one that Weft has",
                "modernbert | rope_scaling | {\"type\":\"linear\"} | rope_scaling={\"type\":\"linear\"} is not one that Weft has: null",
                "modernbert | global_rope_theta | 10000 | rope_parameters.full_attention.rope_theta=160000.0 and global_rope_theta=10000 disagree",
                "modernbert | local_rope_theta | \"x\" | local_rope_theta=\"x\" is no number",
                "mistral | hidden_act | \"relu\" | hidden_act=relu is not one that Weft has: silu, swish",
                "mistral | sliding_window | -4 | sliding_window=-4 is no number of tokens",
                "mistral | sliding_window | \"4096\" | sliding_window=\"4096\" is no number of tokens",
                "mistral | rope_parameters | {\"rope_type\":\"su\",\"factor\":2} | rope_parameters of type=su is not one that Weft has: KINDS",
                "mistral | num_local_experts | 8 | num_local_experts=8 is not a key of mistral that Weft knows: UNKNOWN",
                "mistral | quantization_config | {\"quant_method\":\"gptq\"} | quantization_config={\"quant_method\":\"gptq\"} is not one that Weft has: take the float weights",
                "mistral | attention_dropout | 0.1 | attention_dropout=0.1 is not one that Weft has: 0.0",
                "mistral | head_dim | \"wide\" | head_dim=\"wide\" is no width of a head",
                "mistral | layer_types | [\"full_attention\",\"sliding_attention\",\"full_attention\"] | layer_types=[\"full_attention\",\"sliding_attention\",\"full_attention\"] is not a key of mistral that Weft knows: UNKNOWN",
                "qwen2-window | layer_types | [\"full_attention\",\"sliding_attention\",\"sliding_attention\"] | layer_types=[\"full_attention\",\"sliding_attention\",\"sliding_attention\"] is not an order that Weft has: full_attention in every layer of a number that divides, such as each 6th",
                "qwen2-window | layer_types | [\"linear_attention\",\"full_attention\",\"full_attention\"] | layer_types=[\"linear_attention\",\"full_attention\",\"full_attention\"] are not kinds of 3 layers that Weft has: sliding_attention, full_attention",
                "qwen2-window | use_sliding_window | \"yes\" | use_sliding_window=\"yes\" is not true or false",
                "qwen2 | attention_bias | true | attention_bias=true is not a key of qwen2 that Weft knows: UNKNOWN",
                "qwen2 | use_mrope | true | use_mrope=true is not a key of qwen2 that Weft knows: UNKNOWN",
                "qwen3 | attention_bias | true | attention_bias=true is not one that Weft has: false",
                "qwen3 | num_experts | 4 | num_experts=4 is not a key of qwen3 that Weft knows: UNKNOWN",
                "qwen3 | head_dim | 5 | model.head_dim=5 must be even: rotary positions turn pairs",
                "smollm3 | no_rope_layers | [1,0,0] | no_rope_layers=[1,0,0] is not an order of 3 layers that Weft has: 0 in every layer of a number that divides, such as each 4th",
                "smollm3 | no_rope_layers | [1,1,\"1\"] | no_rope_layers=[1,1,\"1\"] is not an order of 3 layers that Weft has: 0 in every layer of a number that divides, such as each 4th",
                "smollm3 | no_rope_layer_interval | \"4\" | no_rope_layer_interval=\"4\" is no number of layers",
                "gemma3-kinds | sliding_window_pattern | 0 | sliding_window_pattern=0 is no number of layers",
                "gemma3-kinds | _sliding_window_pattern | 5 | _sliding_window_pattern=5 has no effect, and is not sliding_window_pattern=6: layer_types is missing",
                "smollm3 | no_rope_layer_interval | 0 | no_rope_layer_interval=0 is no number of layers",
                "gemma3 | rope_parameters | {\"sliding_attention\":{\"rope_type\":\"default\",\"factor\":8}} | rope_parameters.sliding_attention.factor=8 is not one that Weft has",
                "gemma3 | rope_parameters | {\"sliding_attention\":{\"type\":\"linear\"}} | rope_parameters.sliding_attention.type=\"linear\" is not one that Weft has: default",
                "gemma3 | rope_parameters | {\"rope_type\":\"linear\",\"full_attention\":{\"rope_type\":\"default\"}} | rope_parameters.rope_type=\"linear\" is not one that Weft has: an object for full_attention and one for sliding_attention",
                "gemma3 | rope_local_base_freq | 70000 | rope_parameters.sliding_attention.rope_theta=10000.0 and rope_local_base_freq=70000 disagree",
                "smollm3 | mlp_bias | true | mlp_bias=true is not one that Weft has: false",
                "olmo2 | clip_qkv | 8.0 | clip_qkv=8.0 is not a key of olmo2 that Weft knows: UNKNOWN",
                "olmo2 | attention_bias | true | attention_bias=true is not one that Weft has: false",
                "gemma2 | hidden_activation | \"silu\" | hidden_activation=silu is not one that Weft has: gelu_pytorch_tanh, gelu_new",
                "gemma2 | attn_logit_softcapping | -50 | attn_logit_softcapping=-50 is no positive number",
                "gemma2 | final_logit_softcapping | \"30\" | final_logit_softcapping=\"30\" is no positive number",
                "gemma2 | tie_word_embeddings | false | tie_word_embeddings=false is not one that Weft has: true",
                "gemma2 | query_pre_attn_scalar | 0 | query_pre_attn_scalar=0 is no positive number",
                "gemma3 | use_bidirectional_attention | true | use_bidirectional_attention=true is not one that Weft has: false",
                "gemma3 | final_logit_softcapping | 30.0 | final_logit_softcapping=30.0 is not one that Weft has: null",
                "gemma3 | vision_config | {\"hidden_size\":4} | vision_config={\"hidden_size\":4} is not a key of gemma3_text that Weft knows: UNKNOWN",
                "phi3 | rope_parameters | {\"rope_type\":\"longrope\",\"long_factor\":[1,1,1,1],\"factor\":2} | rope_parameters.short_factor is missing for type=longrope",
                "phi3 | rope_parameters | {\"rope_type\":\"longrope\",\"short_factor\":[1,1,1,1],\"long_factor\":[1,1],\"factor\":2} | model.rope_long_factors has 2 numbers, model.rope_scaling=longrope takes one for each of 4 pairs of a head",
                "phi3 | rope_parameters | {\"rope_type\":\"longrope\",\"short_factor\":[1,1,1,\"1\"],\"long_factor\":[1,1,1,1],\"factor\":2} | rope_parameters.short_factor=[1,1,1,\"1\"] is no list of numbers",
                "phi3 | rope_parameters | {\"rope_type\":\"longrope\",\"short_factor\":[1,1,1,1],\"long_factor\":[1,1,1,1],\"long_mscale\":1.2} | rope_parameters.long_mscale=1.2 is not one that Weft has",
                "mistral | rope_parameters | {\"rope_type\":\"dynamic\"} | rope_parameters.factor is missing for type=dynamic",
                "phi3 | rope_parameters | {\"rope_type\":\"linear\",\"factor\":2.0} | rope_parameters of type=linear is not one that phi3 has: default, longrope",
                "phi3-longrope | original_max_position_embeddings | 8 | rope_parameters.original_max_position_embeddings=4 and original_max_position_embeddings=8 disagree",
                "phi3-longrope | original_max_position_embeddings | null | rope_parameters.original_max_position_embeddings=4 and original_max_position_embeddings=4096, which holds where the file has none, disagree",
                "phi3 | resid_pdrop | 0.1 | resid_pdrop=0.1 is not one that Weft has: 0.0",
                "phi3 | partial_rotary_factor | 0.4 | partial_rotary_factor=0.4 and rope_parameters.partial_rotary_factor=1.0 disagree",
                "mixtral | num_local_experts | null | num_local_experts is missing",
                "mixtral | num_local_experts | 0 | num_local_experts=0 is no number of experts",
                "mixtral | num_experts_per_tok | 9 | model.experts_per_token=9 must be at most the model's experts, 5",
                "mixtral | router_jitter_noise | 0.1 | router_jitter_noise=0.1 is not one that Weft has: 0.0",
                "mixtral | shared_expert_intermediate_size | 16 | shared_expert_intermediate_size=16 is not a key of mixtral that Weft knows: UNKNOWN",
                "gpt_neox | hidden_act | \"relu\" | hidden_act=relu is not one that Weft has: gelu, gelu_fast, gelu_new, gelu_pytorch_tanh",
                "gpt_neox | hidden_dropout | 0.1 | hidden_dropout=0.1 is not one that Weft has: 0.0",
                "gpt_neox | use_parallel_residual | 1 | use_parallel_residual=1 is not true or false",
                "gpt_neox | attention_bias | false | attention_bias=false is not one that Weft has: true",
                "gpt_neox | num_attention_heads | 3 | model.width=16 is not divisible by model.heads=3",
                "t5 | feed_forward_proj | \"gated-silu\" | feed_forward_proj=gated-silu is not one that Weft has: relu, gated-gelu",
                "t5 | is_gated_act | true | is_gated_act=true disagrees with feed_forward_proj=relu",
                "t5 | dense_act_fn | \"silu\" | dense_act_fn=silu disagrees with feed_forward_proj=relu",
                "t5 | decoder_start_token_id | 2 | decoder_start_token_id=2 is not one that Weft has: 0",
                "t5 | num_decoder_layers | 0 | num_decoder_layers=0 is not a whole number of at least 1",
                "t5 | scale_decoder_outputs | false | scale_decoder_outputs=false without a tensor lm_head.weight is not one that Weft has: version 1.1, whose head is not scaled, has one of its own",
                "t5 | tie_word_embeddings | false | scale_decoder_outputs=true disagrees with tie_word_embeddings=false: only the embedding is scaled as a head",
                "t5 | relative_attention_num_buckets | 6 | model.relative_buckets=6 must be a multiple of 4, or 0",
                "t5 | relative_attention_max_distance | 4 | model.relative_distance=4 must be more than half of model.relative_buckets, 8, or 0",
                "t5 | is_decoder | true | is_decoder=true is not one that Weft has: false",
                "t5 | classifier_pooling | \"mean\" | classifier_pooling=\"mean\" is not a key of t5 that Weft knows: UNKNOWN",
                "gpt_neox | pruned_heads | {\"0\":[1]} | pruned_heads={\"0\":[1]} is not a key of gpt_neox that Weft knows: UNKNOWN",
            })
    void oneLineNamesTheKey(String name, String key, String value, String problem) throws IOException {
        ObjectNode config = config(name.replace("-kinds", ""));
        if (name.endsWith("-kinds")) { // a file that does not say them
            config.remove("layer_types");
        }
        config.set(key, JSON.readTree(value));
        refused(new ForeignDirectory(temporary.resolve("hf"), config.toString()).put("x", 1), problem);
    }

    @Test
    void expertsWithoutARouterAreRefused() throws IOException {
        ForeignDirectory directory = new ForeignDirectory(
                        temporary.resolve("hf"), config("mixtral").toString())
                .put("model.layers.0.block_sparse_moe.experts.0.w1.weight", 20, 16);
        refused(directory, "num_local_experts=5: the files have experts and no router (block_sparse_moe.gate)");
    }

    /** What stands for a missing key is the class's own; null is as many as heads. */
    @ParameterizedTest
    @CsvSource({
        "llama, 0",
        "olmo2, 0",
        "mistral, 8",
        "mixtral, 8",
        "qwen2, 32",
        "qwen3, 32",
        "smollm3, 4",
        "gemma2, 4",
        "gemma3, 4"
    })
    void sharedHeadsThatAreNotThereAreTheClasss(String name, int heads) throws IOException {
        ObjectNode config = config(name)
                .put("num_attention_heads", 64)
                .put("hidden_size", 128)
                .put("head_dim", 2);
        config.remove("num_key_value_heads");
        HubTable family = HubTable.of(config, "c");
        assertThat(HuggingFaceConfig.read(family, config, Set.of(), "c")
                        .model()
                        .path("kv_heads")
                        .asInt())
                .isEqualTo(heads);
        config.putNull("num_key_value_heads");
        assertThat(HuggingFaceConfig.read(family, config, Set.of(), "c")
                        .model()
                        .path("kv_heads")
                        .asInt())
                .isZero();
    }

    @Test
    void windowsOfUpperLayersAloneAreRefusedWhereTheKeyIsNotThereToo() throws IOException {
        ObjectNode config = config("qwen2-window").put("num_hidden_layers", 30);
        config.remove("layer_types");
        config.remove("max_window_layers");
        refused(
                new ForeignDirectory(temporary.resolve("hf"), config.toString()).put("x", 1),
                "max_window_layers=28, where it is not there, is not one that Weft has for 30 layers: 0, for a window in all, or"
                        + " 30, for none");
    }

    private void refused(ForeignDirectory directory, String problem) throws IOException {
        directory.write();
        Path run = temporary.resolve("run");
        assertThatThrownBy(() -> {
                    try (HuggingFaceModel model = HuggingFaceModel.open(HadoopStore.local(), directory.uri())) {
                        model.writeTo("file://" + run);
                    }
                })
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessage(directory.uri() + "/config.json: "
                        + problem.replace("UNKNOWN", "take it out if it changes nothing that the model computes")
                                .replace("KINDS", "default, linear, dynamic, llama3, yarn, longrope"));
        assertThat(Files.exists(run)).isFalse();
    }

    /** As published files have it that `transformers` did not write alone. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "mistral | {\"is_llama_config\": true, \"rope_interleaved\": false, \"transformers.js_config\": {\"dtype\": \"q4\"}}",
                "mistral | {\"max_sequence_length\": 2048, \"pretraining_tp\": 2, \"neftune_noise_alpha\": 5}",
                "qwen2 | {\"use_mrope\": false}",
                "smollm3 | {\"pretraining_tp\": 2}",
                "phi3 | {\"full_attn_mod\": 1, \"interpolate_factor\": 1, \"lm_head_bias\": false, \"mlp_bias\": false}",
                "t5 | {\"n_positions\": 12, \"output_past\": true, \"task_specific_params\": {\"summarization\": {\"prefix\": \"summarize: \"}}}",
                "roberta | {\"classifier_dropout\": 0.2, \"gradient_checkpointing\": true, \"output_past\": true}",
                "distilbert | {\"seq_classif_dropout\": 0.2, \"qa_dropout\": 0.1, \"tie_weights_\": true, \"output_past\": true}",
                "modernbert | {\"layer_norm_eps\": 1e-5, \"position_embedding_type\": \"absolute\", \"reference_compile\": true, \"classifier_pooling\": \"mean\"}",
                "phi3-longrope | {\"rope_parameters\": {\"type\": \"su\", \"short_factor\": [1, 1, 1, 1], \"long_factor\": [2, 2, 2, 2], \"factor\": 3.0}}",
                "roberta | {\"name\": \"Roberta\", \"language\": \"english\"}",
                "gpt_neox | {\"hidden_act\": \"gelu_fast\", \"attention_probs_dropout_prob\": 0, \"hidden_dropout_prob\": 0}",
                "gemma3 | {\"layer_types\": null, \"rope_parameters\": {\"full_attention\": {\"rope_theta\": 5e5}}, \"rope_local_base_freq\": 70000}",
                "smollm3 | {\"no_rope_layers\": [1, 1, 1, 0, 1]}",
                "gpt_neox | {\"n_special\": 0, \"predict_special_tokens\": true, \"output_past\": true, \"_num_labels\": 1}",
            })
    void whatChangesNothingIsPassedOver(String name, String keys) throws IOException {
        ObjectNode config = config(name);
        config.setAll((ObjectNode) JSON.readTree(keys));
        ForeignDirectory directory = new ForeignDirectory(temporary.resolve("hf"), config.toString())
                .put("x", 1)
                .write();
        assertThatCode(() -> HuggingFaceModel.open(HadoopStore.local(), directory.uri())
                        .close())
                .doesNotThrowAnyException();
    }

    private static ObjectNode config(String name) throws IOException {
        return (ObjectNode) GoldenFamiliesTest.models().stream()
                .filter(golden -> golden.name().equals(name))
                .findFirst()
                .orElseThrow()
                .line()
                .path("config")
                .deepCopy();
    }
}
