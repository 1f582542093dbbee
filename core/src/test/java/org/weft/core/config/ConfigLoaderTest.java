package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

class ConfigLoaderTest {
    private static final String MINIMAL = "run: {dir: /tmp/run}\n";

    @Test
    void absentKeysKeepTheirDefaults() {
        WeftConfig config = load(MINIMAL);
        assertThat(config.run()).isEqualTo(new RunConfig("weft", "/tmp/run", "", 42, 20));
        assertThat(config.training()).isEqualTo(TrainingConfig.defaults());
        assertThat(config.run().directory().corpus()).isEqualTo("/tmp/run/corpus");
        assertThat(config.run().directory().checkpoints()).isEqualTo("/tmp/run/checkpoints");
    }

    @Test
    void emptyTextAndEmptySectionsAreDefaults() {
        assertThat(load("", "run.dir=/x")).isEqualTo(load("run: {dir: /x}\ncorpus:\ntraining:\n"));
    }

    @Test
    void aLaterFileGoesOverAnEarlierKeyByKey() {
        WeftConfig config = ConfigLoader.load(
                List.of(
                        new ConfigLoader.Source("model.yaml", "model: {layers: 3, width: 96, heads: 3}"),
                        new ConfigLoader.Source("my.yaml", MINIMAL + "model: {layers: 5}\ntraining:\n")),
                List.of("model.context=32"));
        assertThat(config.model()).isEqualTo(ModelConfig.gpt2(5, 96, 3, 32, 0));
        assertThat(config.run().dir()).isEqualTo("/tmp/run");
    }

    @Test
    void aProblemNamesAllFilesButBadYamlItsOwn() {
        ConfigLoader.Source model = new ConfigLoader.Source("model.yaml", "model: {layrs: 3}");
        ConfigLoader.Source mine = new ConfigLoader.Source("my.yaml", MINIMAL);
        ConfigLoader.Source bad = new ConfigLoader.Source("bad.yaml", "run: [");
        assertThat(catchThrowableOfType(() -> ConfigLoader.load(List.of(model, mine), List.of()), WeftException.class))
                .hasMessage("model.yaml, my.yaml: unknown key model.layrs; did you mean layers?");
        ConfigLoader.Source defaults = new ConfigLoader.Source("defaults", "");
        List<ConfigLoader.Source> over = List.of(defaults, defaults, model, mine);
        assertThat(catchThrowableOfType(() -> ConfigLoader.load(over, List.of()), WeftException.class))
                .as("each name once")
                .hasMessageStartingWith("defaults, model.yaml, my.yaml: unknown key ");
        assertThat(catchThrowableOfType(() -> ConfigLoader.load(List.of(mine, bad), List.of()), WeftException.class))
                .hasMessageStartingWith("bad.yaml: line ");
    }

    @Test
    void runsMayShareACorpus() {
        assertThat(load(MINIMAL, "run.corpus=hdfs:///shared").run().directory().corpus())
                .isEqualTo("hdfs:///shared");
    }

    @Test
    void unknownKeySuggestsTheNearest() {
        assertThat(problem(MINIMAL + "training: {learning_rat: 1.0e-3}"))
                .isEqualTo("test.yaml: unknown key training.learning_rat; did you mean learning_rate?");
        assertThat(problem(MINIMAL + "trainig: {}")).contains("unknown key trainig; did you mean training?");
    }

    @Test
    void unknownKeyLikeNothingListsWhatIsKnown() {
        assertThat(problem(MINIMAL + "servers: {zookeeper: 1}"))
                .isEqualTo("test.yaml: unknown key servers.zookeeper; known are replicas");
    }

    @Test
    void everyProblemIsReportedAtOnce() {
        String problem = problem("run: {dir: /x, nmae: y}\nmodel: {width: 100, heads: 3}\ntraining: {steps: many}\n");
        assertThat(problem)
                .startsWith("test.yaml: 3 problems\n  - ")
                .contains("unknown key run.nmae; did you mean name?")
                .contains("training.steps=\"many\" is not a whole number")
                .contains("model.width=100 is not divisible by model.heads=3");
    }

    @Test
    void aValueThatCannotBeReadHasNoFurtherConsequences() {
        assertThat(problem(MINIMAL + "model: {width: wide, heads: 5}"))
                .isEqualTo("test.yaml: model.width=\"wide\" is not a whole number");
        assertThat(problem("run: here")).isEqualTo("test.yaml: run is not a section of keys");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training: {steps: 1.5}          | training.steps=1.5 is not a whole number",
                "training: {steps: 3000000000}   | training.steps=3000000000 is not a whole number",
                "training: {steps: true}         | training.steps=true is not a whole number",
                "run: {seed: 1.0}                | run.seed=1.0 is not a whole number",
                "training: {beta1: [1]}          | training.beta1=[1] is not a number",
                "training: {epsilon: NaN}        | training.epsilon=\"NaN\" is not a number",
                "training: {clip_norm: 1.0e999}  | is not a number",
                "training: {clip_norm: Infinity} | is not a number",
                "cluster: {encrypt: 1}           | cluster.encrypt=1 is not true or false",
                "cluster: {device: {a: 1}}       | is not text",
                "corpus: {input: 5}              | corpus.input=5 is not a list of text",
                "corpus: {input: [[a]]}          | is not a list of text",
                "corpus: {input: [a, null]}      | is not a list of text",
            })
    void typeErrorsNameKeyValueAndType(String yaml, String problem) {
        WeftException refused = catchThrowableOfType(
                WeftException.class, () -> ConfigLoader.load("test.yaml", yaml, List.of("run.dir=/tmp/run")));
        assertThat(refused).hasMessageContaining(problem);
        assertThat(refused.getMessage()).doesNotContain("problems");
    }

    @Test
    void setOverridesWhatTheFileSays() {
        WeftConfig config = load(
                MINIMAL + "training: {steps: 5}",
                "training.steps=7",
                "run.name=",
                "run.dir=hdfs://host:9000/a.b=c",
                "corpus.input=[a, 'b c']",
                "training.learning_rate=1e-4",
                "training.min_learning_rate=0",
                "cluster.encrypt=true",
                "run.name=x y");
        assertThat(config.training().steps()).isEqualTo(7);
        assertThat(config.run()).isEqualTo(new RunConfig("x y", "hdfs://host:9000/a.b=c", "", 42, 20));
        assertThat(config.corpus().input()).containsExactly("a", "b c");
        assertThat(config.training().learningRate()).isEqualTo(1e-4);
        assertThat(config.cluster().encrypt()).isTrue();
    }

    @Test
    void onePathIsAListOfOne() {
        assertThat(load(MINIMAL, "corpus.input=file:///a").corpus().input()).containsExactly("file:///a");
        var clean = load(MINIMAL, "corpus.clean={rules: [unicode]}", "corpus.clean.except=[unicode.nfc]")
                .corpus()
                .clean();
        assertThat(clean.rules()).containsExactly("unicode");
        assertThat(clean.except()).containsExactly("unicode.nfc");
        assertThat(problem(MINIMAL, "corpus.clean.rulez=[]")).contains("unknown key corpus.clean.rulez");
    }

    @ParameterizedTest
    @ValueSource(strings = {"steps=5", "training.steps", ".steps=5", "training.=5", "=5", "", "a=b.c"})
    void setOfAnotherFormIsAProblem(String override) {
        assertThat(problem(MINIMAL, override))
                .isEqualTo("test.yaml: --set " + override + " is not of the form section.key=value");
    }

    @Test
    void setChecksKeysAndValues() {
        assertThat(problem(MINIMAL, "training.stpes=5")).contains("unknown key training.stpes; did you mean steps?");
        assertThat(problem(MINIMAL, "nothing.at=5")).contains("unknown key nothing");
        assertThat(problem(MINIMAL, "model.gpt.width=5")).contains("unknown key model.gpt.width");
        assertThat(problem(MINIMAL, "corpus.input=[a")).contains("--set corpus.input=[a: the value is not YAML");
    }

    /** Templates begin with a brace, as YAML's mappings do. */
    @ParameterizedTest
    @ValueSource(strings = {"{% for m in messages %}\n{{ m.content }}", "{{ messages[0].content }}", "@a", "- [", "%"})
    void aValueThatIsNoYamlIsToldInALine(String value) {
        assertThat(problem(MINIMAL, "finetune.jinja=" + value))
                .startsWith("test.yaml: --set finetune.jinja="
                        + value.lines().findFirst().orElseThrow())
                .endsWith(": the value is not YAML: quote it, --set \"finetune.jinja='...'\", or write it in the file")
                .hasLineCount(1);
        assertThat(load(MINIMAL, "finetune.jinja='" + value + "'").finetune().jinja())
                .startsWith(value.substring(0, 1));
    }

    @Test
    void setDoesNotHideASectionThatIsNone() {
        assertThat(problem(MINIMAL + "model: 3", "model.width=8")).contains("model is not a section of keys");
    }

    @Test
    void numbersAreReadAsYamlAndPeopleWriteThem() {
        assertThat(load(MINIMAL, "training.epsilon=1e-4").training().epsilon()).isEqualTo(1e-4);
        assertThat(load(MINIMAL, "training.steps=1_000").training().steps()).isEqualTo(1000);
        assertThat(load(MINIMAL, "run.seed=123456789012").run().seed()).isEqualTo(123456789012L);
        assertThat(load(MINIMAL, "training.clip_norm=2").training().clipNorm()).isEqualTo(2.0);
    }

    @Test
    void brokenYamlNamesTheLine() {
        assertThat(problem("run:\n  dir: /x\n  name: [a\ntraining: {}\n"))
                .startsWith("test.yaml: line 4 is not YAML: ");
    }

    @Test
    void aKeyGivenTwiceIsNamed() {
        assertThat(problem("run: {dir: /x}\ntraining: {steps: 1}\ntraining: {lanes: 1}\n"))
                .contains("not YAML")
                .contains("training");
    }

    @Test
    void aListIsNoConfiguration() {
        assertThat(problem("- a\n- b\n")).isEqualTo("test.yaml: not a mapping of sections");
    }

    @Test
    void yamlRoundTrip() {
        WeftConfig config = load(
                MINIMAL,
                "run.seed=9007199254740993",
                "run.name='yes'",
                "training.epsilon=1e-12",
                "corpus.input=[hdfs://a/b, '*.gz']",
                "cluster.master='local[*]'");
        assertThat(load(ConfigLoader.toYaml(config))).isEqualTo(config);
        assertThat(ConfigLoader.fromTree("tree", ConfigLoader.toTree(config))).isEqualTo(config);
        assertThat(ConfigLoader.toTree(config)
                        .path("training")
                        .path("global_batch")
                        .intValue())
                .isEqualTo(32);
    }

    static WeftConfig load(String yaml, String... overrides) {
        return ConfigLoader.load("test.yaml", yaml, List.of(overrides));
    }

    static String problem(String yaml, String... overrides) {
        WeftException refused = catchThrowableOfType(WeftException.class, () -> load(yaml, overrides));
        assertThat(refused).isNotNull();
        assertThat(refused.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(refused.hint()).isNotEmpty();
        return refused.getMessage();
    }
}
