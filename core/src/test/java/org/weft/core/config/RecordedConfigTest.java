package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.Records;
import org.weft.core.WeftException;

/** Configurations that Weft recorded, of this version and of others. */
class RecordedConfigTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * The {@code config} object of checkpoints of 0.1.0, all keys of that version, in one file of values that are not the
     * defaults. The JSON is never changed; the YAML beside it says the same in the keys of today, but for sample_by of JSON, which
     * nothing heeds, so that nobody may write it any more.
     */
    @ParameterizedTest
    @ValueSource(strings = {"0.1.0-llama", "0.1.0-bert"})
    void aCheckpointOfAnEarlierVersionIsReadToTheSameValues(String name) throws IOException {
        WeftConfig recorded = ConfigLoader.recorded(name, JSON.readTree(resource(name + ".json")));
        WeftConfig today = ConfigLoader.load(name, resource(name + ".yaml"), List.of());
        CorpusConfig corpus =
                Records.with(today.corpus(), "sampleBy", recorded.corpus().sampleBy());
        assertThat(recorded).isEqualTo(Records.with(today, "corpus", corpus));
    }

    @Test
    void aRecordUnderOverridesIsNotAskedForWhatNothingHeeds() throws IOException {
        WeftConfig recorded = ConfigLoader.recorded("step-7", JSON.readTree(resource("0.1.0-llama.json")));
        assertThat(recorded.corpus().sampleBy()).isEqualTo(CorpusConfig.SampleBy.DOCUMENT);
        assertThat(ConfigLoader.recorded("step-7", recorded, List.of())).isEqualTo(recorded);
        assertThat(ConfigLoader.recorded("step-7", recorded, List.of("run.name=again", "corpus.clean.rules=[none]")))
                .satisfies(config -> assertThat(config.run().name()).isEqualTo("again"))
                .extracting(config -> config.corpus().sampleBy())
                .isEqualTo(CorpusConfig.SampleBy.DOCUMENT);
        assertThatThrownBy(() -> ConfigLoader.recorded(
                        "step-7",
                        recorded,
                        List.of("corpus.sample_by=line", "corpus.keep=9", "run.lease_seconds=many")))
                .hasMessageStartingWith("step-7: 3 problems")
                .hasMessageContaining("corpus.sample_by has no effect on corpus.format=jsonl")
                .hasMessageContaining("unknown key corpus.keep")
                .hasMessageContaining("run.lease_seconds=\"many\" is not a whole number");
    }

    @Test
    void theGoldenConfigurationHasEveryKeyOfItsVersion() throws IOException {
        int keys = 0;
        for (JsonNode section : JSON.readTree(resource("0.1.0-llama.json"))) {
            keys += section.size();
        }
        assertThat(keys).isEqualTo(117);
    }

    @Test
    void aKeyOfALaterVersionIsPassedOver() {
        WeftConfig plain = ConfigLoaderTest.load("run: {dir: /x}");
        ObjectNode tree = (ObjectNode) ConfigLoader.toTree(plain);
        tree.withObject("/training").put("warp", 9);
        tree.putObject("teleport").put("to", "Mars");
        assertThat(ConfigLoader.recorded("checkpoint", tree)).isEqualTo(plain);
        assertThatThrownBy(() -> ConfigLoader.fromTree("mine.yaml", tree))
                .hasMessageStartingWith("mine.yaml: 2 problems")
                .hasMessageContaining("unknown key training.warp")
                .hasMessageContaining("unknown key teleport");
    }

    @Test
    void aKeyThatIsPassedOverIsNamed() {
        Problems problems = Problems.ofRecord();
        RecordBinder.bind(WeftConfig.defaults(), RecordBinderTest.tree("{training: {lanez: 9}}"), "", problems);
        assertThat(problems.all()).isEmpty();
        assertThat(problems.notices()).containsExactly("unknown key training.lanez; did you mean lanes?");
    }

    @Test
    void aKeyThatIsLackingHasTodaysDefault() {
        ObjectNode tree = (ObjectNode) ConfigLoader.toTree(ConfigLoaderTest.load("run: {dir: /x}", "training.lanes=2"));
        tree.withObject("/training").remove("lanes");
        tree.remove("sync");
        assertThat(ConfigLoader.recorded("checkpoint", tree)).isEqualTo(ConfigLoaderTest.load("run: {dir: /x}"));
    }

    /** Where today's default is something else. */
    @Test
    void aRunThatIsOlderThanAKeyDidWhatItDid() {
        String[] late = {"sync.delay=1"};
        ObjectNode tree = (ObjectNode) ConfigLoader.toTree(ConfigLoaderTest.load("run: {dir: /x}", late));
        assertThat(ConfigLoader.recorded("checkpoint", tree).sync().weightPrediction())
                .isEqualTo(SyncConfig.WeightPrediction.AUTO);
        tree.withObject("/sync").remove("weight_prediction");
        assertThat(ConfigLoader.recorded("checkpoint", tree).sync().weightPrediction())
                .isEqualTo(SyncConfig.WeightPrediction.FALSE);
        String[] local = {"sync.mode=local", "checkpoint.every=50", "training.eval_every=50"};
        ObjectNode rounds = (ObjectNode) ConfigLoader.toTree(ConfigLoaderTest.load("run: {dir: /x}", local));
        rounds.withObject("/sync").remove("inner_state");
        assertThat(ConfigLoader.recorded("checkpoint", rounds).sync().innerState())
                .isEqualTo(SyncConfig.InnerState.RESET);
    }

    @Test
    void aValueThatCannotBeReadIsAnErrorThatNamesIt() {
        ObjectNode tree = (ObjectNode) ConfigLoader.toTree(ConfigLoaderTest.load("run: {dir: /x}"));
        tree.withObject("/training").put("optimizer", "lion").put("steps", "many");
        assertThatThrownBy(() -> ConfigLoader.recorded("step-7", tree))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("step-7: 2 problems")
                .hasMessageContaining("training.steps=\"many\" is not a whole number")
                .hasMessageContaining(
                        "training.optimizer=lion must be one of sgd, nesterov, adam, adamw, amsgrad, muon");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = RecordedConfigTest.class.getResourceAsStream("/config/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
