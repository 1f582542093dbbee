package org.weft.trainer.card;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.privacy.SpentPrivacy;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;

/** What a card says, and that it says nothing which is not known. */
class ModelCardTest {
    private static final JsonNode NONE = Json.MAPPER.missingNode();

    @TempDir
    Path directory;

    private static WeftConfig config(String... more) {
        List<String> all = new ArrayList<>(List.of("run.dir=/secret/place/run", "run.name='a | <b>'"));
        all.addAll(List.of(more));
        return ConfigLoader.load("test", "", all);
    }

    private static CheckpointManifest manifest(WeftConfig config, List<Source> sources, Map<String, Double> scores) {
        TreeMap<Integer, Map<String, Double>> evaluations = new TreeMap<>();
        evaluations.put(40, scores);
        return new CheckpointManifest(
                4,
                "0.3.0",
                40,
                0,
                5120,
                0,
                "l",
                1234567,
                512,
                "",
                7,
                ConfigLoader.toTree(config),
                List.of(),
                sources,
                evaluations,
                "abc",
                null,
                null);
    }

    private static JsonNode json(String text) throws IOException {
        return Json.MAPPER.readTree(text.replace('\'', '"'));
    }

    @Test
    void aClassifiersCardHasResultsGroupsAndSettings() throws IOException {
        WeftConfig config = config(
                "finetune.task=classification",
                "finetune.from=/secret/place/base",
                "finetune.labels=['no', 'yes']",
                "finetune.reweighing=group",
                "dataset.group_column=area",
                "dataset.train=['hdfs:///secret/place/train.jsonl']",
                "dataset.test=['/secret/place/test.jsonl']");
        JsonNode results = json(
                "{'rows': 600, 'metrics': {'accuracy': 0.75, 'roc_auc': null},"
                        + "'intervals': {'accuracy': {'low': 0.7, 'high': 0.8}}, 'bootstrap': {'resamples': 1000, 'confidence': 0.95},"
                        + "'fairness': {'column': 'area', 'least_rows': 30,"
                        + "'gaps': {'max_gap': {'value': 0.25, 'low': 0.2, 'high': null}},"
                        + "'groups': [{'value': 'north|', 'rows': 300, 'accuracy': 0.5,"
                        + "'classes': [{'name': 'yes', 'selection_rate': 0.5, 'true_positive_rate': null, 'false_positive_rate': 0}]}]}}");
        JsonNode dataset =
                json("{'train': {'files': [{'examples': 1600, 'tokens': 9000}, {'examples': 1, 'tokens': 2}]},"
                        + "'validation': {'files': []}, 'overlap': 3}");
        List<Source> sources = List.of(new Source("dataset", "/secret/place/run/dataset", "f00d"));
        String card = new ModelCard(
                        new CardFacts(manifest(config, sources, Map.of()), config, 2000, "f32", results, dataset, NONE))
                .render();
        assertThat(card)
                .startsWith("---\n# license: to be filled in")
                .contains(
                        "pipeline_tag: text-classification\n",
                        "- name: \"a | <b>\"\n  results:\n  - task:\n      type: text-classification\n    dataset:\n"
                                + "      name: \"test.jsonl\"\n      type: \"test.jsonl\"\n    metrics:\n"
                                + "    - type: \"accuracy\"\n      value: 0.75\n---\n",
                        "# a &#124; &#60;b&#62;",
                        "*to be filled in*",
                        "Tuned from base on train.jsonl.",
                        "| train | 1,601 | 9,002 |",
                        "3 rows of validation or test have the same inputs",
                        "| dataset | f00d |",
                        "| finetune.reweighing | group |",
                        "| dataset.train | train.jsonl |",
                        "| accuracy | 0.7500 | 0.7000 | 0.8000 |",
                        "| roc_auc |  |  |  |",
                        "| max_gap | 0.2500 | 0.2000 |  |",
                        "| north&#124; | 300 | 0.5000 | yes | 0.5000 |  | 0.0000 |",
                        "energy that training took was not measured")
                .doesNotContain("secret", "hdfs:", "| finetune.lora_rank |");
    }

    @Test
    void aLanguageModelsCardHasItsCorpusAndLoss() throws IOException {
        WeftConfig config = config("model.architecture=gpt2");
        JsonNode provenance =
                json("{'inputs': [{'path': '/secret/a.txt', 'bytes': 10}, {'path': '/secret/b.txt', 'bytes': 5}],"
                        + "'sources': [{'documents': 4}]}");
        Map<String, Double> scores = new TreeMap<>();
        scores.put("val_loss", 2.5);
        scores.put("val_accuracy", null);
        String card = new ModelCard(new CardFacts(
                        manifest(config, List.of(), scores), config, 1234567, "bf16", NONE, NONE, provenance))
                .render();
        assertThat(card)
                .contains(
                        "pipeline_tag: text-generation",
                        "Pre-trained on a corpus of 4 documents out of 2 files, 15 bytes: a.txt, b.txt.",
                        "| parameters | 1,234,567 |",
                        "| val_loss | 2.5000 |",
                        "| val_accuracy |  |")
                .doesNotContain("model-index", "secret");
        assertThat(new ModelCard(new CardFacts(
                                new CheckpointManifest(
                                        4,
                                        "0.3.0",
                                        1,
                                        0,
                                        1,
                                        0,
                                        "l",
                                        1,
                                        1,
                                        "",
                                        7,
                                        ConfigLoader.toTree(config),
                                        List.of(),
                                        List.of(),
                                        Map.of(),
                                        "abc",
                                        0.5,
                                        new SpentPrivacy(2.5, 1e-5, 1.1, 1, 0.01, 1000, SpentPrivacy.RDP, "")),
                                config,
                                1,
                                "f32",
                                NONE,
                                NONE,
                                NONE))
                        .render())
                .contains(
                        "this checkpoint was not evaluated",
                        "| zeros among the weights of blocks | 50.0 % |",
                        "| differential privacy of a single example | ε = 2.500 at δ = 1.0e-05 |");
    }

    @Test
    void everyKindOfModelHasTheHubsName() {
        assertThat(FrontMatter.pipeline(config("model.architecture=bert"))).isEqualTo("fill-mask");
        assertThat(FrontMatter.pipeline(config("model.architecture=t5"))).isEqualTo("text2text-generation");
        for (String[] task : new String[][] {
            {"tokens", "token-classification"}, {"qa", "question-answering"}, {"embedding", "sentence-similarity"}
        }) {
            assertThat(FrontMatter.pipeline(config("finetune.from=b", "finetune.task=" + task[0])))
                    .isEqualTo(task[1]);
        }
    }

    /** Results of another checkpoint, and a corpus that was prepared again, say nothing of this one. */
    @Test
    void onlyWhatIsOfTheCheckpointIsTaken() throws IOException {
        WeftConfig config = config();
        byte[] provenance = "{\"inputs\": [{\"path\": \"x\"}]}".getBytes(StandardCharsets.UTF_8);
        Files.createDirectories(directory.resolve("corpus"));
        Files.createDirectories(directory.resolve("evaluation"));
        Files.write(directory.resolve("corpus/provenance.json"), provenance);
        Store store = HadoopStore.local();
        for (boolean same : new boolean[] {true, false}) {
            String sha256 = same ? Sha256.hex(provenance) : "other";
            Files.writeString(
                    directory.resolve("evaluation/results.json"),
                    "{\"facts\": {\"params_sha256\": \"" + (same ? "abc" : "def") + "\"}, \"rows\": 1}");
            Checkpoint checkpoint = new Checkpoint(
                    directory.resolve("checkpoints/step-00000040").toString(),
                    manifest(config, List.of(new Source(Source.PROVENANCE, "p", sha256)), Map.of()));
            List<String> said = new ArrayList<>();
            CardFacts facts = CardFacts.read(store, checkpoint, 1, "f32", said::add);
            assertThat(facts.results().isMissingNode()).isEqualTo(!same);
            assertThat(facts.provenance().isMissingNode()).isEqualTo(!same);
            assertThat(said).hasSize(same ? 0 : 1);
            ModelCard.of(store, checkpoint, 1, "f32", line -> {}).write(store, directory.toString());
            assertThat(directory.resolve("README.md")).content().contains("| parameters | 1 |");
            assertThat(directory.resolve(".README.md.crc")).doesNotExist();
        }
    }
}
