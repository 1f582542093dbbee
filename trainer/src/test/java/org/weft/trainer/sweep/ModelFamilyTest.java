package org.weft.trainer.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;

class ModelFamilyTest {
    @Test
    void sizesAreSpacedEvenlyFromTheSmallestToTheLargest() {
        for (String family : new String[] {"gpt2", "llama", "bert"}) {
            List<FamilyMember> sizes = new ModelFamily(config(family), 1024).sizes(6, 1e5, 5e6);
            assertThat(sizes).as(family).hasSize(6);
            assertThat(sizes.get(0).parameters()).as(family).isBetween(70_000L, 140_000L);
            assertThat(sizes.get(5).parameters()).as(family).isBetween(4_000_000L, 6_000_000L);
            for (int i = 1; i < 6; i++) {
                double growth =
                        (double) sizes.get(i).parameters() / sizes.get(i - 1).parameters();
                assertThat(growth).as(family).isBetween(1.3, 4.0);
            }
        }
    }

    @Test
    void countsAreThoseOfTheModelsThatAreTrained() {
        WeftConfig config = config("gpt2");
        for (FamilyMember size : new ModelFamily(config, 1024).sizes(6, 1e5, 5e6)) {
            WeftConfig sized = ConfigLoader.load("size", ConfigLoader.toYaml(config), size.settings());
            assertThat(new ModelShape(sized.model(), 1024).layout().size()).isEqualTo(size.parameters());
            assertThat(size.parameters() - size.bodyParameters()).isEqualTo((1024L + 64) * size.width());
        }
    }

    @Test
    void aRangeWithoutEnoughSizesIsSaid() {
        assertThatThrownBy(() -> new ModelFamily(config("gpt2"), 50_257).sizes(6, 1e5, 1e6))
                .hasMessageContaining("with a vocabulary of 50257 the family has")
                .hasMessageContaining("6 were asked for");
    }

    private static WeftConfig config(String family) {
        return ConfigLoader.load(
                "test", "run: {dir: unused}\nmodel: {context: 64, architecture: " + family + "}", List.of());
    }
}
