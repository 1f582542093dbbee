package org.weft.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

class ModelShapeTest {
    private static final ModelShape GPT2 = new ModelShape(new ModelConfig("gpt2", 12, 768, 12, 1024, 0.0), 50257);

    @Test
    void gpt2HasItsPublishedNumberOfParameters() {
        assertThat(GPT2.layout().size()).isEqualTo(124_439_808L);
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
        ModelShape shape = new ModelShape(new ModelConfig("rnn", 1, 8, 1, 8, 0.0), 10);
        assertThatThrownBy(shape::layout).hasMessage("model.architecture=rnn");
    }

    private static Parameter parameter(String name) {
        return GPT2.layout().parameters().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
