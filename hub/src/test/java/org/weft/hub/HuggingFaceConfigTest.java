package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.BertFamily;
import org.weft.core.model.Gpt2Family;
import org.weft.core.model.HubTable;
import org.weft.core.model.LlamaFamily;

/** config.json to Weft's model section: what is taken over, what is assumed, what is refused. */
class HuggingFaceConfigTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void gpt2() throws IOException {
        ModelConfig model = read(ForeignDirectory.GPT2, "n_inner", "20", "layer_norm_epsilon", "1e-6");
        assertThat(model.architecture()).isEqualTo("gpt2");
        assertThat(List.of(model.layers(), model.width(), model.heads(), model.context(), model.hiddenWidth()))
                .containsExactly(1, 4, 2, 6, 20);
        assertThat(model.epsilon()).isEqualTo(1e-6);
        assertThat(model.dropout()).isZero();
    }

    @Test
    void missingKeysAreWhatHuggingFaceTakes() throws IOException {
        assertThat(read(ForeignDirectory.GPT2, "resid_pdrop", "null", "embd_pdrop", "null", "attn_pdrop", "null")
                        .dropout())
                .isEqualTo(0.1);
        assertThat(read(ForeignDirectory.LLAMA, "rms_norm_eps", "null").epsilon())
                .isEqualTo(1e-6);
        assertThat(read(ForeignDirectory.LLAMA, "tie_word_embeddings", "null").tiedHead())
                .isFalse();
        assertThat(read(ForeignDirectory.LLAMA, "num_key_value_heads", "null").keyValueHeads())
                .isEqualTo(4);
        assertThat(read(ForeignDirectory.BERT).epsilon()).isEqualTo(1e-12);
        assertThat(read(ForeignDirectory.BERT).tokenTypes()).isEqualTo(2);
    }

    @Test
    void dropoutsThatDifferAreSaid() throws IOException {
        ObjectNode config = config(ForeignDirectory.GPT2, "attn_pdrop", "0.2");
        HuggingFaceConfig read = HuggingFaceConfig.read(new Gpt2Family().hub(), config, Set.of(), "c");
        assertThat(read.notices())
                .containsExactly(
                        "config.json: resid_pdrop=0.0 becomes model.dropout, attn_pdrop=0.2 is not taken over");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "rope_theta      | 5e5                                                      | none   500000.0 1.0 0",
                "rope_scaling    | {\"type\":\"linear\",\"factor\":2}                        | linear 10000.0 2.0 0",
                "rope_scaling    | {\"rope_type\":\"default\"}                              | none   10000.0 1.0 0",
                "rope_scaling    | {\"rope_type\":\"yarn\",\"factor\":4,\"original_max_position_embeddings\":3,\"beta_fast\":32} | yarn 10000.0 4.0 3",
                "rope_scaling    | {\"rope_type\":\"yarn\",\"factor\":4}                    | yarn   10000.0 4.0 6",
                "rope_scaling    | {\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":3} | llama3 10000.0 8.0 3",
                "rope_parameters | {\"rope_type\":\"default\",\"rope_theta\":2e4}           | none   20000.0 1.0 0",
                "rope_parameters | {\"rope_type\":\"linear\",\"rope_theta\":2e4,\"factor\":3} | linear 20000.0 3.0 0",
            })
    void rotaryPositionsInEveryForm(String key, String value, String expected) throws IOException {
        ModelConfig model = read(ForeignDirectory.LLAMA, key, value);
        assertThat(model.ropeScaling().word() + " " + model.ropeTheta() + " " + model.ropeFactor() + " "
                        + model.ropeOriginalContext())
                .isEqualTo(expected.replaceAll(" +", " "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "gpt2  | activation_function             | \"relu\" | activation_function=relu is not one that Weft has: gelu_new, gelu_pytorch_tanh",
                "gpt2  | scale_attn_by_inverse_layer_idx | true     | scale_attn_by_inverse_layer_idx=true is not one that Weft has: false",
                "gpt2  | reorder_and_upcast_attn         | true     | reorder_and_upcast_attn=true is not one that Weft has: false",
                "gpt2  | tie_word_embeddings             | false    | tie_word_embeddings=false is not one that Weft has: true",
                "gpt2  | vocab_size                      | null     | vocab_size=(missing) is no vocabulary's size",
                "gpt2  | n_layer                         | null     | n_layer is missing",
                "gpt2  | n_layer                         | \"two\"  | n_layer=\"two\" is not a whole number",
                "gpt2  | n_head                          | 3        | model.width=4 is not divisible by model.heads=3",
                "llama | hidden_act                      | \"gelu\" | hidden_act=gelu is not one that Weft has: silu, swish",
                "llama | attention_bias                  | true     | attention_bias=true is not one that Weft has: false",
                "llama | quantization_config             | {\"bits\":4} | quantization_config={\"bits\":4} is not one that Weft has: take the float weights",
                "llama | mlp_bias                        | true     | mlp_bias=true is not one that Weft has: false",
                "llama | head_dim                        | 3        | model.head_dim=3 must be even: rotary positions turn pairs",
                "llama | head_dim                        | -4       | head_dim=-4 is no width of a head",
                "llama | rope_scaling                    | {\"rope_type\":\"su\",\"factor\":2} | rope_scaling of type=su is not one that Weft has: default, linear, dynamic, llama3, yarn, longrope",
                "llama | rope_scaling                    | \"yarn\" | rope_scaling=\"yarn\" is no object",
                "llama | rope_scaling                    | {\"type\":\"linear\"} | rope_scaling.factor is missing for type=linear",
                "llama | rope_scaling                    | {\"type\":\"yarn\",\"factor\":2,\"beta_fast\":16} | rope_scaling.beta_fast=16 is not one that Weft has",
                "llama | rope_parameters                 | {\"rope_type\":\"default\",\"partial_rotary_factor\":0.5} | rope_parameters.partial_rotary_factor=0.5 is not one that Weft has",
                "gpt2  | layer_norm_epsilon              | \"1e-5\" | layer_norm_epsilon=\"1e-5\" is not a number",
                "gpt2  | n_positions                     | 6.5      | n_positions=6.5 is not a whole number",
                "gpt2  | n_ctx                           | \"6\"  | n_ctx=\"6\" is not a whole number",
                "llama | tie_word_embeddings             | \"true\" | tie_word_embeddings=\"true\" is not true or false",
                "llama | num_key_value_heads             | \"2\"  | num_key_value_heads=\"2\" is not a whole number",
                "llama | head_dim                        | \"2\"  | head_dim=\"2\" is no width of a head",
                "llama | rope_theta                      | \"500000.0\" | rope_theta=\"500000.0\" is no number",
                "llama | rope_scaling                    | {\"factor\":4.0} | rope_scaling has factor=4.0 and no rope_type: which scaling is not said",
                "llama | rope_scaling                    | {\"type\":\"linear\",\"factor\":\"2.0\"} | rope_scaling.factor=\"2.0\" is no number",
                "llama | rope_scaling                    | {\"type\":\"linear\",\"rope_type\":\"yarn\",\"factor\":2} | rope_scaling.rope_type=yarn and rope_scaling.type=linear disagree",
                "llama | rope_scaling                    | {\"type\":7} | rope_scaling of type=7 is not one that Weft has: default, linear, dynamic, llama3, yarn, longrope",
                "llama | rope_scaling                    | {\"type\":\"yarn\",\"factor\":2,\"original_max_position_embeddings\":\"3\"} | rope_scaling.original_max_position_embeddings=\"3\" is no whole number",
                "llama | rope_scaling                    | {\"type\":\"yarn\",\"factor\":2,\"beta_fast\":\"32\"} | rope_scaling.beta_fast=\"32\" is not one that Weft has",
                "llama | partial_rotary_factor           | 0.5      | partial_rotary_factor=0.5 is not one that Weft has: 1",
                "bert  | type_vocab_size                 | \"2\"  | type_vocab_size=\"2\" is not a whole number",
                "bert  | hidden_act                      | \"relu\" | hidden_act=relu is not one that Weft has: gelu",
                "bert  | position_embedding_type         | \"relative_key\" | position_embedding_type=relative_key is not one that Weft has: absolute",
                "bert  | is_decoder                      | true     | is_decoder=true is not one that Weft has: false",
            })
    void settingsThatWeftHasNotAreRefusedByNameAndValue(String family, String key, String value, String problem) {
        String base =
                switch (family) {
                    case "gpt2" -> ForeignDirectory.GPT2;
                    case "llama" -> ForeignDirectory.LLAMA;
                    default -> ForeignDirectory.BERT;
                };
        assertThatThrownBy(() -> read(base, key, value))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessage("dir/config.json: " + problem);
    }

    @Test
    void rotaryKeysThatAreSaidTwiceMustAgree() throws IOException {
        String linear = "{\"rope_type\":\"linear\",\"factor\":2,\"rope_theta\":2e4}";
        ModelConfig agreed = read(
                ForeignDirectory.LLAMA,
                "rope_theta",
                "20000",
                "rope_scaling",
                "{\"type\":\"linear\",\"factor\":2.0}",
                "rope_parameters",
                linear);
        assertThat(agreed.ropeScaling().word() + agreed.ropeFactor() + agreed.ropeTheta())
                .isEqualTo("linear2.020000.0");
        assertThatThrownBy(() -> read(
                        ForeignDirectory.LLAMA,
                        "rope_scaling",
                        "{\"type\":\"linear\",\"factor\":4}",
                        "rope_parameters",
                        linear))
                .hasMessageContaining("rope_parameters=" + linear.replace("2e4", "20000.0")
                        + " and rope_scaling={\"type\":\"linear\",\"factor\":4} disagree");
        assertThatThrownBy(() -> read(ForeignDirectory.LLAMA, "rope_theta", "1e4", "rope_parameters", linear))
                .hasMessage("dir/config.json: rope_theta=10000.0 and rope_parameters.rope_theta=20000.0 disagree");
    }

    @Test
    void classesAreAnArray() throws IOException {
        JsonNode config = config(ForeignDirectory.GPT2, "architectures", "\"GPT2LMHeadModel\"");
        assertThatThrownBy(() -> HubTable.of(config, "c"))
                .hasMessage("c: architectures=\"GPT2LMHeadModel\" is no array of names");
    }

    @Test
    void everyProblemAtOnce() {
        assertThatThrownBy(() -> read(ForeignDirectory.LLAMA, "attention_bias", "true", "hidden_act", "\"relu\""))
                .hasMessage("dir/config.json: 2 problems\n"
                        + "  - hidden_act=relu is not one that Weft has: silu, swish\n"
                        + "  - attention_bias=true is not one that Weft has: false");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[\"FalconForCausalLM\"]             | \"falcon\"  | FalconForCausalLM of model_type falcon",
                "[\"GPT2DoubleHeadsModel\"] | \"gpt2\"    | GPT2DoubleHeadsModel of model_type gpt2",
                "[\"GPT2LMHeadModel\"]               | \"llama\"   | GPT2LMHeadModel of model_type llama",
                "null                                | null        | (none named) of model_type (none named)",
            })
    void otherArchitecturesAreRefusedByName(String architectures, String type, String named) throws IOException {
        JsonNode config = config(ForeignDirectory.GPT2, "architectures", architectures, "model_type", type);
        assertThatThrownBy(() -> HubTable.of(config, "dir/config.json"))
                .isInstanceOfSatisfying(
                        WeftException.class,
                        e -> assertThat(e.hint())
                                .isEqualTo(
                                        "Weft reads GPT2LMHeadModel, GPT2Model, LlamaForCausalLM, LlamaModel, BertForMaskedLM,"
                                                + " BertForPreTraining, BertModel, RobertaForMaskedLM, RobertaModel, XLMRobertaForMaskedLM, XLMRobertaModel,"
                                                + " DistilBertForMaskedLM, DistilBertModel, ModernBertForMaskedLM, ModernBertModel, MistralForCausalLM, MistralModel, Qwen2ForCausalLM,"
                                                + " Qwen2Model, Qwen3ForCausalLM, Qwen3Model, SmolLM3ForCausalLM, SmolLM3Model,"
                                                + " Olmo2ForCausalLM, Olmo2Model, Gemma2ForCausalLM, Gemma2Model, Gemma3ForCausalLM,"
                                                + " Gemma3TextModel, Phi3ForCausalLM, Phi3Model, GPTNeoXForCausalLM, GPTNeoXModel,"
                                                + " MixtralForCausalLM, MixtralModel, T5ForConditionalGeneration, T5WithLMHeadModel"))
                .hasMessage("dir/config.json: architecture " + named + " is not one that Weft reads");
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2, transformer.h.0.attn.c_attn.weight, h.0.attn.c_attn.weight",
        "gpt2, wte.weight, wte.weight",
        "llama, layers.1.mlp.up_proj.weight, model.layers.1.mlp.up_proj.weight",
        "llama, model.norm.weight, model.norm.weight",
        "llama, lm_head.weight, lm_head.weight",
        "bert, encoder.layer.0.output.LayerNorm.gamma, bert.encoder.layer.0.output.LayerNorm.weight",
        "bert, bert.embeddings.LayerNorm.beta, bert.embeddings.LayerNorm.bias",
        "bert, cls.predictions.transform.LayerNorm.gamma, cls.predictions.transform.LayerNorm.weight"
    })
    void namesWithAndWithoutPrefix(String type, String foreign, String parameter) {
        assertThat(family(type).toLayout(foreign)).isEqualTo(parameter);
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2, transformer.h.11.attn.bias",
        "gpt2, h.0.attn.masked_bias",
        "llama, layers.3.self_attn.rotary_emb.inv_freq",
        "llama, model.rotary_emb.inv_freq",
        "bert, bert.embeddings.position_ids"
    })
    void buffersArePassedOver(String type, String foreign) {
        HubTable family = family(type);
        assertThat(family.names().unused().matcher(family.toLayout(foreign)).matches())
                .isTrue();
    }

    private static HubTable family(String type) {
        return HubTable.all().stream()
                .filter(family -> family.modelType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eitherNameOfAFamilyIsEnough() throws IOException {
        assertThat(HubTable.of(config(ForeignDirectory.LLAMA, "architectures", "null"), "c"))
                .isEqualTo(new LlamaFamily().hub());
        assertThat(HubTable.of(config(ForeignDirectory.BERT, "model_type", "null"), "c"))
                .isEqualTo(new BertFamily().hub());
    }

    /** Keys and their JSON values, over a config.json; a null takes the key out. */
    private static ObjectNode config(String base, String... settings) throws IOException {
        ObjectNode config = (ObjectNode) JSON.readTree(base);
        for (int i = 0; i < settings.length; i += 2) {
            config.set(settings[i], JSON.readTree(settings[i + 1]));
        }
        return config;
    }

    private static ModelConfig read(String base, String... settings) throws IOException {
        ObjectNode config = config(base, settings);
        HubTable family = HubTable.of(config, "dir/config.json");
        return HuggingFaceConfig.read(family, config, Set.of(), "dir/config.json")
                .toWeft("/run", "", "dir/config.json")
                .model();
    }
}
