package org.weft.trainer.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;

/** What {@code example.yaml} may say. */
class ExampleTest {
    private static final String WHOLE = """
            title: An example
            room: trainer
            bar: {metric: accuracy, at_least: 0.5}
            data: {from: wordnet-topics, rows: 100}
            run: /weft/examples/one/tuned
            steps: [[prepare, --config, examples/one/pretrain.yaml]]
            small: {rows: 4, bar: {metric: accuracy, at_least: 0.1}, set: {prepare: [tokenizer.vocab_size=300]}}
            """;

    @TempDir
    Path home;

    @Test
    void isReadAndMadeSmall() throws IOException {
        example("one", WHOLE);
        Example example = Example.named(home, "one");
        assertThat(example.title()).isEqualTo("An example");
        assertThat(example.steps().get(0)).containsExactly("prepare", "--config", "examples/one/pretrain.yaml");
        assertThat(example.sized(false)).isEqualTo(example);
        Example small = example.sized(true);
        assertThat(small.data()).isEqualTo(new Example.Data("wordnet-topics", 4));
        assertThat(small.bar()).isEqualTo(new Bar("accuracy", 0.1, null));
    }

    @Test
    void examplesOfEveryRoomAreListed() throws IOException {
        example("two", "title: Another\nroom: dl4j\nbar: {metric: loss, at_most: 1}\nepochs: 3\n");
        example("one", WHOLE);
        Files.createDirectories(home.resolve("examples/nothing"));
        assertThat(Example.all(home))
                .containsExactly(
                        new Example.Entry("one", "An example", "trainer"), new Example.Entry("two", "Another", "dl4j"));
        assertThat(Example.all(home.resolve("elsewhere"))).isEmpty();
        assertThatThrownBy(() -> Example.named(home, "two"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("is run by dl4j");
    }

    @Test
    void whatIsWrongIsNamedWithItsFile() throws IOException {
        example("one", WHOLE);
        assertThatThrownBy(() -> Example.named(home, "ona"))
                .hasMessageContaining("there is no example ona in " + home.resolve("examples"))
                .hasMessageContaining("did you mean one?");
        example("bar", WHOLE.replace("at_least: 0.5", "at_least: 0.5, at_most: 1"));
        assertThatThrownBy(() -> Example.named(home, "bar"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("bar/example.yaml: ")
                .hasMessageContaining("one of at_least and at_most");
        example("key", WHOLE + "colour: red\n");
        assertThatThrownBy(() -> Example.named(home, "key"))
                .isInstanceOf(WeftException.class)
                .hasMessageEndingWith("key/example.yaml: there is no key colour");
        example("steps", WHOLE.replace("steps: [[prepare, --config, examples/one/pretrain.yaml]]\n", ""));
        assertThatThrownBy(() -> Example.named(home, "steps")).hasMessageEndingWith("example.yaml: it lacks steps");
    }

    @Test
    void aBarIsReachedFromItsSide() {
        Bar most = new Bar("val_loss", null, 2.5);
        assertThat(most.isMetBy(2.5)).isTrue();
        assertThat(most.isMetBy(2.6)).isFalse();
        assertThat(most).hasToString("val_loss at most 2.5");
        Bar least = new Bar("accuracy", 0.8, null);
        assertThat(least.isMetBy(0.8)).isTrue();
        assertThat(least.isMetBy(Double.NaN)).isFalse();
        assertThat(least).hasToString("accuracy at least 0.8");
    }

    private void example(String name, String yaml) throws IOException {
        Path folder = Files.createDirectories(home.resolve("examples").resolve(name));
        Files.writeString(folder.resolve("example.yaml"), yaml);
    }
}
