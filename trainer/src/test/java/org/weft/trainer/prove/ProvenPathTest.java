package org.weft.trainer.prove;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.Json;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.checkpoint.ManifestSeal;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.corpus.CorpusJob;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.StopSource;
import org.weft.driver.spark.SparkApplication;
import org.weft.hub.HuggingFaceExport;
import org.weft.trainer.pretrain.Pretraining;
import org.weft.trainer.prove.Recomputation.What;

/** Every link of the chain of a real run is broken once, and found to be the first. */
@Timeout(180)
class ProvenPathTest {
    @TempDir
    static Path directory;

    private static JavaSparkContext context;
    private static SparkApplication application;

    @BeforeAll
    static void fromTextToExport() throws IOException {
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[3]")
                .setAppName("proven-path-test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1"));
        application = SparkApplication.within(context);
        StringBuilder text = new StringBuilder();
        for (int document = 0; document < 100; document++) {
            text.append(document).append(" the ship sailed on and on and on\n\n");
        }
        Files.writeString(directory.resolve("text.txt"), text);
        WeftConfig config = config();
        new CorpusJob(context, application.store(), message -> {})
                .run(
                        config.corpus(),
                        config.tokenizer(),
                        config.model(),
                        config.run().directory().corpus());
        Progress progress = new Progress(new PrintStream(PrintStream.nullOutputStream()), false, System::nanoTime);
        new Pretraining(application, config, progress, StopSource.NONE).run(null);
        new HuggingFaceExport(
                        application.store(),
                        new CheckpointResolver(application.store(), notice -> {})
                                .latest(config.run().directory()),
                        notice -> {})
                .write(uri() + "/export", new HuggingFaceExport.Options(FloatFormat.BF16, Long.MAX_VALUE, ""));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @Test
    void aWholeChainHolds() throws IOException {
        Chain chain = prove("export", "run");
        assertThat(chain.firstDifference()).isEmpty();
        assertThat(chain.links()).extracting(Link::outcome).containsOnly(Link.Outcome.SAME);
        assertThat(chain.links())
                .extracting(Link::name)
                .containsSubsequence(
                        CorpusClaims.PROVENANCE,
                        CorpusClaims.INPUT,
                        CorpusClaims.MANIFEST,
                        CorpusClaims.TOKENIZER,
                        CorpusClaims.SHARD,
                        CheckpointClaims.CHECKPOINT,
                        CheckpointClaims.DATA,
                        CheckpointClaims.SHARD,
                        CheckpointClaims.PARAMETERS,
                        ExportClaims.RECORD,
                        ExportClaims.CHECKPOINT,
                        ExportClaims.FILE);
        assertThat(prove("run", null).links())
                .extracting(Link::name)
                .contains(CheckpointClaims.CONFIGURATION)
                .filteredOn(CheckpointClaims.CHECKPOINT::equals)
                .hasSize(2);
        assertThat(prove("run/corpus", null).firstDifference()).isEmpty();
        assertThat(prove("run/checkpoints/step-00000002", null).firstDifference())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "text.txt, raw input",
        "run/corpus/provenance.json, corpus provenance",
        "run/corpus/manifest.json, corpus manifest",
        "run/corpus/tokenizer.json, tokenizer",
        "run/corpus/train-00000.tokens, token shard",
        "run/corpus/val-00000.tokens, token shard",
        "run/checkpoints/step-00000002/manifest.json, checkpoint manifest",
        "run/checkpoints/step-00000002/shard-00000-of-00001-g0001.safetensors, checkpoint shard",
        "run/checkpoints/step-00000004/shard-00000-of-00001-g0001.safetensors, checkpoint shard",
    })
    void aByteOfTheRunIsFound(String file, String link) throws IOException {
        byte[] whole = Files.readAllBytes(directory.resolve(file));
        byte[] changed = whole.clone();
        changed[whole.length / 2] ^= 1;
        assertFound("run", null, file, changed, link);
    }

    @ParameterizedTest
    @CsvSource({
        "export/weft.json, export record",
        "export/model.safetensors, exported file",
        "export/tokenizer.json, exported file",
        "export/config.json, exported file",
        "run/checkpoints/step-00000004/shard-00000-of-00001-g0001.safetensors, checkpoint shard",
    })
    void aByteOfTheExportIsFound(String file, String link) throws IOException {
        byte[] whole = Files.readAllBytes(directory.resolve(file));
        byte[] changed = whole.clone();
        changed[whole.length / 2] ^= 1;
        assertFound("export", "run", file, changed, link);
    }

    @Test
    void whatIsGoneIsFound() throws IOException {
        Link gone = assertFound("run/corpus", null, "text.txt", null, CorpusClaims.INPUT);
        assertThat(gone.found()).isEqualTo("missing");
        assertFound("run/corpus", null, "run/corpus/train-00000.tokens", null, CorpusClaims.SHARD);
        assertFound("export", "run", "export/model.safetensors", null, ExportClaims.FILE);
    }

    @Test
    void anotherConfigurationIsFoundByItsKeys() throws IOException {
        String yaml = Files.readString(directory.resolve("run/config.yaml"));
        byte[] changed = yaml.replace("learning_rate: 0.001", "learning_rate: 0.002")
                .replace("lease_seconds: 20", "lease_seconds: 21")
                .getBytes(StandardCharsets.UTF_8);
        Link found = assertFound("run", null, "run/config.yaml", changed, CheckpointClaims.CONFIGURATION);
        assertThat(found.found()).isEqualTo("{training.learning_rate=0.001 -> 0.002}");
        byte[] elsewhere =
                yaml.replace("lease_seconds: 20", "lease_seconds: 21").getBytes(StandardCharsets.UTF_8);
        planted("run/config.yaml", elsewhere, () -> assertThat(
                        prove("run", null).firstDifference())
                .isEmpty());
    }

    @Test
    void anotherCorpusThatIsWholeIsFoundByTheCheckpoint() throws IOException {
        byte[] provenance = Files.readAllBytes(directory.resolve("run/corpus/provenance.json"));
        ObjectNode tree = (ObjectNode) Json.RECORDS.readTree(provenance);
        tree.remove(ManifestSeal.KEY);
        tree.put("weft", "another");
        byte[] resealed = ManifestSeal.close(Json.RECORDS.writeValueAsBytes(tree));
        Link found = assertFound("run", null, "run/corpus/provenance.json", resealed, CheckpointClaims.DATA);
        assertThat(found.expected()).isEqualTo(Sha256.hex(provenance));
        assertThat(found.found()).isEqualTo(Sha256.hex(resealed));
    }

    @Test
    void aFileThatWasAddedToTheExportIsFound() throws IOException {
        assertFound("export", "run", "export/adapter_model.bin", new byte[] {1}, ExportClaims.FILE);
        assertFound("export", "run", "export/chat_template.jinja", new byte[] {1}, ExportClaims.FILE);
        assertFound("export", "run", "export/modeling_weft.py", new byte[] {1}, ExportClaims.FILE);
        planted("export/README.md", new byte[] {1}, () -> assertThat(
                        prove("export", "run").firstDifference())
                .isEmpty());
    }

    @Test
    void whatWasTakenAwayIsNotCalledUnrecorded() throws IOException {
        Link taken = assertFound("run/corpus", null, "run/corpus/provenance.json", null, CorpusClaims.PROVENANCE);
        assertThat(taken.found()).isEqualTo("missing");
        planted("export/weft.json", null, () -> {
            ProvenPath path = path("export", "run");
            assertThat(path.isAttested()).isFalse();
            assertThat(path.resolve(context).count(Link.Outcome.NOT_RECORDED)).isEqualTo(1);
        });
        assertThat(path("export", "run").isAttested()).isTrue();
    }

    /** Nor is a manifest unsealed because it says that it is of the version that had no seal. */
    @Test
    void anOlderVersionThatIsPlantedIsFound() throws IOException {
        String file = "run/checkpoints/step-00000002/manifest.json";
        String manifest = Files.readString(directory.resolve(file));
        for (String version : List.of("1", "9")) {
            byte[] changed = manifest.replace("\"format_version\" : 4", "\"format_version\" : " + version)
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(changed).isNotEqualTo(manifest.getBytes(StandardCharsets.UTF_8));
            assertFound("run", null, file, changed, CheckpointClaims.CHECKPOINT);
        }
        ObjectNode tree = (ObjectNode) Json.RECORDS.readTree(manifest);
        tree.remove(ManifestSeal.KEY);
        tree.put("format_version", 9);
        byte[] resealed = ManifestSeal.close(Json.RECORDS.writeValueAsBytes(tree));
        Link later = assertFound("run", null, file, resealed, CheckpointClaims.CHECKPOINT);
        assertThat(later.found()).contains("format_version=9 expected=" + CheckpointManifest.PRIVATE_VERSION);
    }

    @Test
    void aCheckpointThatTheRunRemovesMeanwhileIsNoDamage() throws IOException {
        ProvenPath read = path("run", null);
        Path old = directory.resolve("run/checkpoints/step-00000002");
        Files.move(old, directory.resolve("aside"));
        try {
            Chain chain = read.resolve(context);
            assertThat(chain.firstDifference()).isEmpty();
            assertThat(chain.links())
                    .filteredOn(link -> link.outcome() == Link.Outcome.NOT_CHECKED)
                    .isNotEmpty()
                    .allSatisfy(link -> assertThat(link.subject()).contains("step-00000002"));
        } finally {
            Files.move(directory.resolve("aside"), old);
        }
    }

    @Test
    void whatLiesBesideTheTokenizerIsFound() throws IOException {
        assertFound("run", null, "run/corpus/chat_template.jinja", new byte[] {1}, CorpusClaims.COMPANION);
    }

    @Test
    void whatCannotBeMadeAgainIsSaidFirst() throws IOException {
        assertThatThrownBy(() -> Recomputation.require(application.store(), path("run", null), List.of(What.EXPORT)))
                .isInstanceOf(WeftException.class)
                .hasMessageEndingWith("is no exported directory");
        assertThatThrownBy(() -> Recomputation.require(application.store(), path("export", null), List.of(What.CORPUS)))
                .hasMessage("--recompute corpus needs the run");
        Recomputation.require(application.store(), path("export", "run"), EnumSet.allOf(What.class));
    }

    /** As of a corpus that was prepared before there was more to say of it. */
    @Test
    void whatWasNotRecordedIsNotCalledFine() throws IOException {
        String manifest = Files.readString(directory.resolve("run/corpus/manifest.json"))
                .replaceAll(",\\s*\"sha256\" : \"[0-9a-f]+\"", "");
        assertThat(manifest).doesNotContain("\"sha256\"");
        byte[] earlier = manifest.getBytes(StandardCharsets.UTF_8);
        planted(
                "run/corpus/manifest.json",
                earlier,
                () -> planted("run/corpus/provenance.json", null, () -> {
                    Chain chain = prove("run/corpus", null);
                    assertThat(chain.firstDifference()).isEmpty();
                    assertThat(chain.count(Link.Outcome.NOT_RECORDED)).isEqualTo(3);
                    assertThat(ChainTable.of(chain)).anySatisfy(line -> assertThat(line)
                            .contains("raw input", "not recorded", "provenance.json"));
                }));
        Chain alone = prove("export", null);
        assertThat(alone.firstDifference()).isEmpty();
        assertThat(alone.count(Link.Outcome.NOT_CHECKED)).isEqualTo(1);
        ProvenPath skipped =
                ProvenPath.read(application.store(), new ProvenPath.Request(uri() + "/run/corpus", null, null, false));
        assertThat(skipped.resolve(context).count(Link.Outcome.NOT_CHECKED)).isEqualTo(1);
    }

    @Test
    void whatIsMadeAgainIsTheSame() throws IOException {
        Progress progress = new Progress(new PrintStream(PrintStream.nullOutputStream()), false, System::nanoTime);
        RecomputedTraining training =
                RecomputedTraining.of(application.store(), config().run().directory(), null, null);
        WeftConfig config = training.config(config(), uri() + "/again");
        ProvenPath export = ProvenPath.read(
                application.store(), new ProvenPath.Request(uri() + "/export", uri() + "/run", null, true));
        try (Scratch scratch = new Scratch(application.store(), uri() + "/again")) {
            Chain chain = new Recomputation(application, config, training, scratch, progress)
                    .extend(export.resolve(context), export, EnumSet.allOf(What.class));
            assertThat(chain.firstDifference()).isEmpty();
            assertThat(chain.links())
                    .extracting(Link::name)
                    .contains(
                            "token shard made again",
                            "corpus manifest made again",
                            "parameters trained again from step 2",
                            "exported file made again");
        }
        assertThat(directory.resolve("again")).doesNotExist();
        assertThatThrownBy(() -> RecomputedTraining.of(
                        application.store(), config().run().directory(), 4, 4))
                .isInstanceOf(WeftException.class)
                .hasMessage("--from 4 is not before --to 4");
    }

    @Test
    void anythingElseIsRefused() {
        assertThatThrownBy(() -> prove("nothing", null))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("is no corpus, run, checkpoint or exported directory");
    }

    private static Link assertFound(String path, String run, String file, byte[] content, String link)
            throws IOException {
        Link[] found = new Link[1];
        planted(file, content, () -> {
            Link first = prove(path, run).firstDifference().orElseThrow();
            assertThat(first.name()).as(first.toString()).isEqualTo(link);
            assertThat(first.subject()).endsWith(file);
            found[0] = first;
        });
        return found[0];
    }

    /** What is done while a file is another one, or gone. */
    private interface Meanwhile {
        void run() throws IOException;
    }

    private static void planted(String file, byte[] content, Meanwhile meanwhile) throws IOException {
        Path path = directory.resolve(file);
        byte[] before = Files.exists(path) ? Files.readAllBytes(path) : null;
        Files.deleteIfExists(path.resolveSibling("." + path.getFileName() + ".crc"));
        put(path, content);
        try {
            meanwhile.run();
        } finally {
            put(path, before);
        }
    }

    private static void put(Path path, byte[] content) throws IOException {
        if (content == null) {
            Files.delete(path);
        } else {
            Files.write(path, content);
        }
    }

    private static Chain prove(String path, String run) throws IOException {
        return path(path, run).resolve(context);
    }

    private static ProvenPath path(String path, String run) throws IOException {
        String ofRun = run == null ? null : uri() + "/" + run;
        return ProvenPath.read(application.store(), new ProvenPath.Request(uri() + "/" + path, ofRun, null, true));
    }

    private static String uri() {
        return "file://" + directory;
    }

    private static WeftConfig config() {
        String yaml = """
                run: {dir: "%s/run"}
                cluster: {workers: 1, servers: 1, device: cpu, start_timeout_seconds: 60}
                corpus: {input: ["%s/text.txt"], val_fraction: 0.1}
                tokenizer: {kind: bpe, vocab_size: 257}
                model: {layers: 1, width: 16, heads: 2, context: 8}
                training: {steps: 4, global_batch: 4, micro_batch: 1, lanes: 4, warmup_steps: 0, eval_every: 0,
                  learning_rate: 0.001}
                checkpoint: {every: 2}
                """.formatted(uri(), uri());
        return ConfigLoader.load("test", yaml, List.of());
    }
}
