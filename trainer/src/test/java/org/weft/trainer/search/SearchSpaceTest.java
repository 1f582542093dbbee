package org.weft.trainer.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchSpaceTest {
    @Test
    void aGridHasEachValueWithEachOther() {
        SearchSpace space =
                SearchSpace.parse(List.of("training.learning_rate=1e-3, 3e-3", "finetune.lora_targets=[q, v],['a,b']"));
        assertThat(space.grid())
                .extracting(Trial::toString)
                .containsExactly(
                        "training.learning_rate=1e-3, finetune.lora_targets=[q, v]",
                        "training.learning_rate=1e-3, finetune.lora_targets=['a,b']",
                        "training.learning_rate=3e-3, finetune.lora_targets=[q, v]",
                        "training.learning_rate=3e-3, finetune.lora_targets=['a,b']");
    }

    @Test
    void namesAreOfTheSettingsAndNotOfTheSearch() {
        Trial one = SearchSpace.parse(List.of("model.width=64", "training.beta1=0.9"))
                .grid()
                .get(0);
        Trial two = SearchSpace.parse(List.of("training.beta1=0.8,0.9", "model.width=64"))
                .grid()
                .get(1);
        assertThat(one.name()).isEqualTo(two.name()).matches("trial-[0-9a-f]{10}");
        assertThat(SearchSpace.parse(List.of("training.beta1=0.8,0.9", "model.width=64"))
                        .grid()
                        .get(0)
                        .name())
                .isNotEqualTo(one.name());
    }

    @Test
    void moreTrialsBeginWithThoseOfFewer() {
        SearchSpace space = SearchSpace.parse(List.of("training.learning_rate=1e-4..1e-2", "model.layers=1..4"));
        List<Trial> few = space.random(5, 3);
        assertThat(space.random(20, 3).subList(0, 5)).isEqualTo(few);
        assertThat(space.random(5, 4)).isNotEqualTo(few);
        assertThat(space.random(20, 3)).doesNotHaveDuplicates();
    }

    /** As many below the middle decade as above, and no whole number more than another. */
    @Test
    void rangesOfADecadeAreDrawnInTheirLogarithm() {
        SearchSpace space = SearchSpace.parse(List.of("training.learning_rate=1e-4..1e-2"));
        List<Double> rates = space.random(400, 1).stream()
                .map(trial -> Double.valueOf(trial.settings().get("training.learning_rate")))
                .toList();
        assertThat(rates).allMatch(rate -> rate >= 1e-4 && rate <= 1e-2);
        assertThat(rates.stream().filter(rate -> rate < 1e-3).count()).isBetween(160L, 240L);
        NumberRange even = NumberRange.parse("model.layers", "2..5");
        assertThat(even.logarithmic()).isFalse();
        int[] seen = new int[6];
        for (int i = 0; i < 400; i++) {
            seen[Integer.parseInt(even.at(i / 400.0))]++;
        }
        assertThat(seen).containsExactly(0, 0, 100, 100, 100, 100);
        assertThat(NumberRange.parse("x", "10..1000").at(0.999999)).isEqualTo("1000");
        assertThat(NumberRange.parse("x", "1..100").at(0)).isEqualTo("1");
        assertThat(NumberRange.parse("x", "-1..1.0").at(0.5)).isEqualTo("0");
        assertThat(NumberRange.parse("x", "100.0..200").at(0)).isEqualTo("100");
    }

    @Test
    void aGridThatIsSmallerThanWhatIsAskedForIsTakenWhole() {
        SearchSpace space = SearchSpace.parse(List.of("model.layers=1,2", "model.width=32,64"));
        assertThat(space.random(9, 1)).isEqualTo(space.grid());
        assertThat(space.random(3, 1)).hasSize(3).isSubsetOf(space.grid());
        assertThat(SearchSpace.parse(List.of("model.layers=1..2")).random(9, 1)).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "run.seed=1,2|--over run.seed: trials cannot differ in it: it says where or how a trial runs",
                "cluster.workers=1,2|--over cluster.workers: trials cannot differ in it",
                "checkpoint.every=1,2|--over checkpoint.every: trials cannot differ in it",
                "tokenizer.vocab_size=1,2|all trials learn from one corpus",
                "privacy.noise_multiplier=1,2|under one secret",
                "training.eval_batches=1,2|trials are judged by it",
                "finetune.from=a,b|from one model",
                "modle.width=1,2|there is no section modle",
                "width=1,2|is not of the form section.key=V1,V2",
                "model.width=1,,2|has a value that is empty",
                "model.width=1,2,1|has a value twice",
                "model.width=5..5|a range goes from a number up to a greater one",
            })
    void whatIsNoKeyToSearchIsRefusedByName(String over, String message) {
        assertThatThrownBy(() -> SearchSpace.parse(List.of(over))).hasMessageContaining(message);
    }

    @Test
    void aGridTakesNoRangeAndAKeyComesOnce() {
        SearchSpace range = SearchSpace.parse(List.of("training.learning_rate=1e-4..1e-2"));
        assertThatThrownBy(range::grid).hasMessage("--over training.learning_rate is a range, and a grid needs values");
        assertThatThrownBy(() -> SearchSpace.parse(List.of("model.width=32", "model.width=64")))
                .hasMessage("--over model.width is given twice");
        assertThatThrownBy(() -> range.random(0, 1)).hasMessageContaining("--trials 0");
    }
}
