package org.weft.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

class ModelShapeTest {
    private static final ModelShape GPT2 = new ModelShape(ModelConfig.gpt2(12, 768, 12, 1024, 0.0), 50257);

    @Test
    void gpt2HasItsPublishedNumberOfParameters() {
        assertThat(GPT2.layout().size()).isEqualTo(124_439_808L);
    }

    /** meta-llama/Llama-3.2-1B, meta-llama/Meta-Llama-3-8B and JackFram/llama-160m, as their cards and files say. */
    @Test
    void llamaHasItsPublishedNumberOfParameters() {
        assertThat(llama(16, 2048, 32, 8, 8192, true, 128_256).layout().size()).isEqualTo(1_235_814_400L);
        assertThat(llama(32, 4096, 32, 8, 14_336, false, 128_256).layout().size())
                .isEqualTo(8_030_261_248L);
        assertThat(llama(12, 768, 12, 0, 3072, false, 32_000).layout().size()).isEqualTo(162_417_408L);
    }

    /** bert-base-uncased's and bert-large-uncased's BertForMaskedLM in Hugging Face's transformers. */
    @Test
    void bertHasItsPublishedNumberOfParameters() {
        assertThat(bert(12, 768, 12).layout().size()).isEqualTo(109_514_298L);
        assertThat(bert(24, 1024, 16).layout().size()).isEqualTo(335_174_458L);
    }

    private static ModelShape llama(
            int layers, int width, int heads, int kvHeads, int mlpWidth, boolean tied, int vocabSize) {
        String yaml = "model: {architecture: llama, layers: " + layers + ", width: " + width + ", heads: " + heads
                + ", kv_heads: " + kvHeads + ", mlp_width: " + mlpWidth + ", tie_word_embeddings: " + tied + "}";
        return new ModelShape(
                ConfigLoader.load("test", yaml, List.of("run.dir=unused")).model(), vocabSize);
    }

    private static ModelShape bert(int layers, int width, int heads) {
        return new ModelShape(ModelConfig.of(BertFamily.NAME, layers, width, heads, 512, 0.1), 30_522);
    }

    @Test
    void tensorsAreNamedAndShapedAsInTheHuggingFaceCheckpoint() {
        List<Parameter> parameters = GPT2.layout().parameters();
        assertThat(parameters).hasSize(2 + 12 * 12 + 2);
        assertThat(parameter("wte.weight").shape()).containsExactly(50257, 768);
        assertThat(parameter("h.11.attn.c_attn.weight").shape()).containsExactly(768, 2304);
        assertThat(parameter("h.0.mlp.c_proj.weight").shape()).containsExactly(3072, 768);
        assertThat(parameters.get(0).name()).isEqualTo("wte.weight");
        assertThat(parameters.get(parameters.size() - 1).name()).isEqualTo("ln_f.bias");
    }

    @Test
    void onlyMatricesAndEmbeddingsDecay() {
        assertThat(GPT2.layout().parameters())
                .allSatisfy(p -> assertThat(p.decay()).isEqualTo(p.shape().size() == 2));
    }

    @Test
    void residualProjectionsStartSmaller() {
        assertThat(parameter("h.3.attn.c_attn.weight").initializer().deviation())
                .isEqualTo(0.02);
        assertThat(parameter("h.3.mlp.c_proj.weight").initializer().deviation())
                .isCloseTo(0.02 / Math.sqrt(24), within(1e-12));
        assertThat(parameter("h.3.ln_1.weight").initializer()).isEqualTo(Initializer.ONES);
        assertThat(parameter("h.3.ln_1.bias").initializer()).isEqualTo(Initializer.ZEROS);
    }

    /** nanoGPT's estimate for this model: 0.857 GFLOPs a token. */
    @Test
    void countsTheOperationsOfAToken() {
        assertThat(GPT2.flopsPerToken()).isCloseTo(8.57e8, within(4e6));
    }

    @Test
    void layoutOfEveryContextAndVocabularyDiffers() {
        ParameterLayout other = new ModelShape(GPT2.config(), 50304).layout();
        assertThat(other.hash()).isNotEqualTo(GPT2.layout().hash());
    }

    @Test
    void refusesAnArchitectureWithoutLayout() {
        ModelShape shape = new ModelShape(ModelConfig.of("rnn", 1, 8, 1, 8, 0.0), 10);
        assertThatThrownBy(shape::layout).hasMessage("model.architecture=rnn");
    }

    private static Parameter parameter(String name) {
        return GPT2.layout().parameters().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
