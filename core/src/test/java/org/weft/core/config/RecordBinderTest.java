package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordBinderTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /** A set with words of one part, of two, with a digit, and one that is not its constant's name. */
    public enum Gear implements Word {
        FIRST,
        SECOND_HAND,
        V8,
        NONE {
            @Override
            public String word() {
                return "";
            }
        }
    }

    public record Car(Gear gear, int wheels) {}

    private static final Car CAR = new Car(Gear.FIRST, 4);

    @Test
    void aWordIsItsConstantInSnakeCase() {
        assertThat(Word.all(Gear.class)).containsExactly("first", "second_hand", "v8", "");
        assertThat(bind("gear: second_hand")).isEqualTo(new Car(Gear.SECOND_HAND, 4));
        assertThat(bind("gear: ''")).isEqualTo(new Car(Gear.NONE, 4));
        assertThat(bind("gear:")).isEqualTo(CAR);
        assertThat(bind("{}")).isEqualTo(CAR);
    }

    @Test
    void aWordIsWrittenAsItIsRead() {
        for (Gear gear : Gear.values()) {
            JsonNode tree = RecordBinder.toTree(new Car(gear, 3));
            assertThat(tree.path("gear").textValue()).isEqualTo(gear.word());
            assertThat(RecordBinder.bind(CAR, tree, "", new Problems())).isEqualTo(new Car(gear, 3));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gear: secondhand | car.gear=secondhand must be one of first, second_hand, v8; did you mean second_hand?",
                "gear: V8         | car.gear=V8 must be one of first, second_hand, v8; did you mean v8?",
                "gear: reverse    | car.gear=reverse must be one of first, second_hand, v8",
                "gear: 8          | car.gear=8 must be one of first, second_hand, v8; did you mean v8?",
                "gear: [first]    | car.gear=[\"first\"] is not text",
                "gear: {a: 1}     | car.gear={\"a\":1} is not text",
            })
    void anUnknownWordNamesThoseThereAre(String yaml, String problem) {
        Problems problems = new Problems();
        assertThat(RecordBinder.bind(CAR, tree(yaml), "car.", problems)).isEqualTo(CAR);
        assertThat(problems.all()).hasSize(1);
        assertThat(problems.all().get(0).strip()).isEqualTo(problem.strip());
    }

    /** An item of a list of sections. */
    public record Source(String path, double weight, List<String> tags) {
        static Source defaults() {
            return new Source("", 1, List.of());
        }
    }

    public record Corpus(List<Source> sources, boolean verify) {}

    private static final Corpus CORPUS = new Corpus(List.of(), true);

    @Test
    void aListOfSectionsIsBoundItemByItem() {
        Problems problems = new Problems();
        String yaml = "sources: [{path: /a}, {path: /b, weight: 0.5, tags: [web]}]";
        Corpus bound = (Corpus) RecordBinder.bind(CORPUS, tree(yaml), "corpus.", problems);
        assertThat(problems.all()).isEmpty();
        assertThat(bound.sources())
                .containsExactly(new Source("/a", 1, List.of()), new Source("/b", 0.5, List.of("web")));
        assertThat(RecordBinder.bind(CORPUS, RecordBinder.toTree(bound), "", problems))
                .isEqualTo(bound);
        assertThat(RecordBinder.toTree(bound).at("/sources/1/weight").doubleValue())
                .isEqualTo(0.5);
    }

    @Test
    void oneSectionIsAListOfOne() {
        assertThat(((Corpus) RecordBinder.bind(CORPUS, tree("sources: {path: /a}"), "", new Problems())).sources())
                .containsExactly(new Source("/a", 1, List.of()));
        assertThat(((Corpus) RecordBinder.bind(CORPUS, tree("sources: []"), "", new Problems())).sources())
                .isEmpty();
    }

    @Test
    void aProblemWithinAListNamesTheItem() {
        Problems problems = new Problems();
        String yaml = "sources: [{path: /a}, {path: [1], wieght: 2}, {weight: x}, /d]";
        RecordBinder.bind(CORPUS, tree(yaml), "corpus.", problems);
        assertThat(problems.all())
                .containsExactly(
                        "unknown key corpus.sources[1].wieght; did you mean weight?",
                        "corpus.sources[1].path=[1] is not text",
                        "corpus.sources[2].weight=\"x\" is not a number",
                        "corpus.sources[3] is not a section of keys");
        Problems scalar = new Problems();
        RecordBinder.bind(CORPUS, tree("sources: 5"), "corpus.", scalar);
        assertThat(scalar.all()).containsExactly("corpus.sources=5 is not a list of sections");
    }

    private static Record bind(String yaml) {
        Problems problems = new Problems();
        Record bound = RecordBinder.bind(CAR, tree(yaml), "", problems);
        assertThat(problems.all()).isEqualTo(List.of());
        return bound;
    }

    static JsonNode tree(String yaml) {
        try {
            return YAML.readTree(yaml);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
