package org.weft.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

class T5FamilyTest {
    private static final String MODEL =
            "architecture: t5, layers: 2, decoder_layers: 3, width: 8, heads: 2, mlp_width: 12, context: 16";

    private static ModelShape shape(String keys) {
        return new ModelShape(
                ConfigLoader.load("test", "model: {" + MODEL + keys + "}", List.of("run.dir=/x"))
                        .model(),
                11);
    }

    /** What several blocks use stands before them, with the embedding: their gradient is whole when the last of them has gone. */
    @Test
    void blocksOfBothSidesFollowEachOther() {
        ModelShape shape = shape("");
        ParameterLayout layout = shape.layout();
        int[] places = shape.family().blocksOf(layout, shape.config());
        assertThat(places).isSorted();
        assertThat(Arrays.stream(places).filter(place -> place == -1)).hasSize(3);
        for (int block = 0; block < 5; block++) {
            int wanted = block;
            // Norms and matrices of 1 or 2 attentions and a perceptron, and the encoder's last norm before the
            // decoder's first.
            int expected = block < 2 ? 5 + 3 : block == 2 ? 1 + 5 + 5 + 3 : 5 + 5 + 3;
            assertThat(Arrays.stream(places).filter(place -> place == wanted)).hasSize(expected);
        }
        assertThat(layout.parameters().get(0).name()).isEqualTo("shared.weight");
        assertThat(layout.parameters().get(layout.parameters().size() - 1).name())
                .isEqualTo("lm_head.weight");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "encoder.relative_attention_bias.weight | encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                "decoder.relative_attention_bias.weight | decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                "decoder.block.0.encoder_layer_norm.weight | encoder.final_layer_norm.weight",
                "decoder.block.1.layer.1.EncDecAttention.q.weight | decoder.block.1.layer.1.EncDecAttention.q.weight",
                "lm_head.weight | lm_head.weight",
            })
    void parametersHaveHuggingFacesNames(String parameter, String foreign) {
        HubTable hub = new T5Family().hub();
        assertThat(hub.toForeign(parameter)).isEqualTo(foreign);
        assertThat(hub.toLayout(foreign)).isEqualTo(parameter);
        assertThat(shape("").layout().parameters()).extracting(Parameter::name).contains(parameter);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ", kv_heads: 2 | model.kv_heads=2 is of",
                ", decoder_layers: -1 | model.decoder_layers=-1 must not be negative",
                "}, training: {document_attention: true | training.document_attention is not of model.architecture=t5",
                "}, training: {packing: best_fit | training.packing=best_fit",
                "}, finetune: {task: text, from: /m | finetune.task=text is not of model.architecture=t5",
                "}, finetune: {task: classification, from: /m | finetune.task=classification is not of model.architecture=t5",
                "}, finetune: {task: instruction, from: /m, chat_template: chatml | finetune.chat_template=chatml is not of",
            })
    void whatItHasNotIsRefusedByName(String keys, String problem) {
        String model = MODEL.replace("decoder_layers: 3, ", "");
        assertThatThrownBy(() -> ConfigLoader.load("test", "{model: {" + model + keys + "}}", List.of("run.dir=/x")))
                .hasMessageContaining(problem);
    }

    /** 44 weights of the encoder and 12 of the other side's keys and values; 0.22 tokens go through 56 weights and a head of 22. */
    @Test
    void aTokenThatIsReadCostsTheEncoderAndSomeOfTheDecoder() {
        String model = "architecture: t5, layers: 1, width: 2, heads: 1, head_dim: 3, mlp_width: 5, context: 4";
        ModelShape shape = new ModelShape(
                ConfigLoader.load("test", "model: {" + model + "}", List.of("run.dir=/x"))
                        .model(),
                11);
        double seen = 4 * (1 + 0.22 * 1.22);
        assertThat(shape.flopsPerToken()).isCloseTo(6 * (56 + 0.22 * 78) + 12 * 3 * seen, within(1e-9));
    }

    /** 8 that are read and 3 that are written, of 7 tokens of text. */
    @Test
    void aSequenceOfACorpusCostsWhatItsSidesAre() {
        String model = "architecture: t5, layers: 1, width: 2, heads: 1, head_dim: 3, mlp_width: 5, context: 8";
        WeftConfig config = ConfigLoader.load("test", "model: {" + model + "}", List.of("run.dir=/x"));
        ModelShape shape = new ModelShape(config.model(), 11);
        double pairs = 8 * 8 + 3 * (3 + 8);
        assertThat(shape.family().flopsPerSequence(shape, config)).isEqualTo(6 * (8 * 56 + 3 * 78) + 12 * 3 * pairs);
    }

    @Test
    void aSequenceHasAContextOfEachSide() {
        ModelShape shape = shape("");
        shape.requireFits(32);
        assertThatThrownBy(() -> shape.requireFits(33))
                .hasMessage("sequences of 33 tokens do not fit model.context=16 of each side");
    }
}
