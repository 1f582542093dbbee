package org.weft.driver.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.privacy.GradientPrivacy;

/** In what a run must agree with the checkpoint that it goes on from. */
class RunIdentityTest {
    private static final byte[] SECRET = "a secret of many bytes".getBytes(UTF_8);
    private static final Vocabulary VOCABULARY = new Vocabulary(8192, "tok");
    private static final Source CORPUS = new Source("corpus", "/run/corpus", "0123456789abcdef");

    private final RunIdentity identity = identity(10, VOCABULARY, List.of(CORPUS));
    private final Checkpoint start = new Checkpoint(
            "/run/checkpoints/step-00000004",
            identity.manifest(
                    new RunIdentity.Version(4, 0, 64, 2, Map.of(2, Map.of("loss", 2.5))), List.of(), "sha", null));

    @Test
    void aManifestSaysWhatTheRunIs() {
        CheckpointManifest manifest = start.manifest();
        assertThat(manifest.formatVersion()).isEqualTo(CheckpointManifest.FORMAT_VERSION);
        assertThat(manifest.step()).isEqualTo(4);
        assertThat(manifest.tokensSeen()).isEqualTo(64);
        assertThat(manifest.generation()).isEqualTo(2);
        assertThat(manifest.parameters()).isEqualTo(10);
        assertThat(manifest.vocabSize()).isEqualTo(8192);
        assertThat(manifest.tokenizerSha256()).isEqualTo("tok");
        assertThat(manifest.seed()).isEqualTo(42);
        assertThat(manifest.sources()).containsExactly(CORPUS);
        assertThat(manifest.evaluations()).isEqualTo(Map.of(2, Map.of("loss", 2.5)));
        assertThat(manifest.paramsSha256()).isEqualTo("sha");
    }

    @Test
    void theSameRunGoesOn() {
        assertThatCode(() -> identity.require(start)).doesNotThrowAnyException();
        assertThat(identity.changedSince(start.manifest())).isEmpty();
    }

    @Test
    void anotherModelIsRefused() {
        refused(identity(12, VOCABULARY, List.of()), " is of another model: parameters=10 vocabulary=8192 model=");
        refused(
                identity(10, VOCABULARY, List.of(), "model.heads=2"),
                " was trained with heads=6 kv_heads=6 norm_epsilon=1.0E-5, configured are heads=2 kv_heads=2");
    }

    /** Of one layout, and in no number of heads. */
    @ParameterizedTest
    @CsvSource({
        "model.architecture=mistral, model.architecture=mistral instead of llama",
        "model.architecture=smollm3, model.architecture=smollm3 instead of llama",
        "model.head_dim=32, model.head_dim=32 instead of 0",
    })
    void anotherModelOfTheSameParametersIsRefused(String setting, String problem) {
        String[] llama = {"model.architecture=llama", "model.norm_epsilon=1e-5", "model.dropout=0"};
        Checkpoint before = new Checkpoint(
                "/run/checkpoints/step-00000004",
                identity(10, VOCABULARY, List.of(), llama)
                        .manifest(new RunIdentity.Version(4, 0, 64, 2, Map.of()), List.of(), "sha", null));
        assertThatCode(() -> identity(10, VOCABULARY, List.of(), with(llama, "model.rope_theta=20000"))
                        .require(before))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> identity(10, VOCABULARY, List.of(), with(llama, setting))
                        .require(before))
                .isInstanceOf(WeftException.class)
                .hasMessage(before.directory() + " is of another model than is configured: " + problem);
    }

    /** A preset leaves them out, an import of the same shape has them. */
    @ParameterizedTest
    @CsvSource({
        "t5, t5-small, 'model.decoder_layers=6,model.relative_buckets=32,model.relative_distance=128', model.relative_buckets=16",
        "modernbert, modernbert-base, 'model.full_attention_every=3,model.sliding_window=128', model.full_attention_every=2",
    })
    void whatZerosStandForIsTheSameModel(String family, String preset, String spelt, String other) throws IOException {
        String file = Files.readString(Path.of("../conf/models/" + preset + ".yaml"));
        Function<List<String>, ModelConfig> model = settings -> ConfigLoader.load(
                        preset,
                        file,
                        Stream.concat(Stream.of("run.dir=/run"), settings.stream())
                                .toList())
                .model();
        ModelConfig imported = model.apply(List.of(spelt.split(",")));
        assertThat(imported).isNotEqualTo(model.apply(List.of()));
        assertThatCode(() -> ModelSection.require(family, imported, model.apply(List.of()), said -> {}))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> ModelSection.require(family, imported, model.apply(List.of(other)), said -> {}))
                .hasMessageContaining(other + " instead of ");
    }

    private static String[] with(String[] settings, String... more) {
        return Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void anotherTokenizerIsRefused() {
        refused(
                identity(10, new Vocabulary(8192, "other"), List.of()),
                " was trained with another tokenizer than its data have now");
    }

    @Test
    void anotherOptimizerIsRefused() {
        refused(
                identity(10, VOCABULARY, List.of(), "training.optimizer=sgd"),
                " has the state of training.optimizer=adamw, configured is sgd");
    }

    /** What a checkpoint that is older than the key has is what its lanes left: nothing. */
    @Test
    void anotherInnerStateIsRefused() {
        String[] local = {"sync.mode=local", "checkpoint.every=50", "training.eval_every=50"};
        RunIdentity kept = identity(10, VOCABULARY, List.of(), with(local, "sync.inner_state=keep"));
        RunIdentity reset = identity(10, VOCABULARY, List.of(), with(local, "sync.inner_state=reset"));
        RunIdentity.Version version = new RunIdentity.Version(50, 0, 64, 2, Map.of());
        Checkpoint before = new Checkpoint("/run/c", kept.manifest(version, List.of(), "sha", null));
        assertThatCode(() -> kept.require(before)).doesNotThrowAnyException();
        assertThatThrownBy(() -> reset.require(before))
                .hasMessage("/run/c has the state of sync.inner_state=keep, configured is reset");
        String[] warmed = with(local, "sync.inner_state=reset", "sync.warmup_steps=100");
        Checkpoint anew = new Checkpoint("/run/c", reset.manifest(version, List.of(), "sha", null));
        assertThatThrownBy(() -> identity(10, VOCABULARY, List.of(), warmed).require(anew))
                .hasMessage("/run/c has the state of sync.warmup_steps=0, configured is 100");
        assertThatCode(() -> identity(10, VOCABULARY, List.of(), with(local, "sync.warmup_steps=100"))
                        .require(before))
                .doesNotThrowAnyException();
        ((ObjectNode) before.manifest().config().path("sync")).remove("inner_state");
        assertThatCode(() -> reset.require(before)).doesNotThrowAnyException();
        assertThatThrownBy(() -> kept.require(before))
                .hasMessage("/run/c has the state of sync.inner_state=reset, configured is keep");
    }

    /** The step after a resume is late: what it is taken at is in the checkpoint, predicted or not. */
    @Test
    void anotherWeightPredictionIsRefused() {
        RunIdentity predicted = identity(10, VOCABULARY, List.of(), "sync.delay=1");
        RunIdentity plain = identity(10, VOCABULARY, List.of(), "sync.delay=1", "sync.weight_prediction=false");
        RunIdentity.Version version = new RunIdentity.Version(50, 0, 64, 2, Map.of());
        Checkpoint before = new Checkpoint("/run/c", predicted.manifest(version, List.of(), "sha", null));
        assertThatCode(() -> predicted.require(before)).doesNotThrowAnyException();
        assertThatCode(() -> identity.require(before)).as("without delay").doesNotThrowAnyException();
        assertThatThrownBy(() -> plain.require(before))
                .hasMessage("/run/c has the state of sync.weight_prediction=true, configured is false");
        ((ObjectNode) before.manifest().config().path("sync")).remove("weight_prediction");
        assertThatCode(() -> plain.require(before)).doesNotThrowAnyException();
        assertThatThrownBy(() -> predicted.require(before))
                .hasMessage("/run/c has the state of sync.weight_prediction=false, configured is true");
        assertThatCode(() -> predicted.require(start)).as("from then on").doesNotThrowAnyException();
    }

    private void refused(RunIdentity now, String problem) {
        assertThatThrownBy(() -> now.require(start))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessageStartingWith(start.directory() + problem);
    }

    @Test
    void saysWhichSettingsChanged() {
        RunIdentity now = identity(
                10,
                VOCABULARY,
                List.of(CORPUS),
                "training.steps=7",
                "run.seed=3",
                "run.name=other",
                "cluster.workers=5");
        assertThat(now.changedSince(start.manifest()))
                .containsOnlyKeys("run.seed", "training.steps")
                .containsEntry("run.seed", "42 -> 3")
                .extractingByKey("training.steps")
                .asString()
                .endsWith(" -> 7");
    }

    @Test
    void saysWhichListsChanged() {
        RunIdentity now = identity(
                10,
                VOCABULARY,
                List.of(CORPUS),
                "training.learning_rates=[0:1e-3, 5:1e-4]",
                "corpus.input=[/other]",
                "finetune.lora_targets=[q]");
        assertThat(now.changedSince(start.manifest()))
                .containsEntry("training.learning_rates", "[] -> [\"0:1e-3\",\"5:1e-4\"]")
                .containsKeys("corpus.input", "finetune.lora_targets");
    }

    @Test
    void saysThatTheDataAreNotKnownAnyMore() {
        assertThat(identity(10, VOCABULARY, List.of()).changedSince(start.manifest()))
                .isEqualTo(Map.of("corpus", "0123456789ab -> none"));
    }

    @Test
    void saysThatTheCorpusChangedAndNotThatItMoved() {
        Source moved = new Source("corpus", "/elsewhere", CORPUS.sha256());
        assertThat(identity(10, VOCABULARY, List.of(moved)).changedSince(start.manifest()))
                .isEmpty();
        Source other = new Source("corpus", "/run/corpus", "fedcba9876543210");
        assertThat(identity(10, VOCABULARY, List.of(other)).changedSince(start.manifest()))
                .isEqualTo(Map.of("corpus", "0123456789ab -> fedcba987654"));
    }

    /** Before version 3 nobody wrote down what was trained on. */
    @Test
    void whereTheCorpusWasNotKnownItDidNotChange() {
        CheckpointManifest before = identity(10, VOCABULARY, List.of())
                .manifest(new RunIdentity.Version(4, 0, 64, 2, Map.of()), List.of(), "sha", null);
        assertThat(identity.changedSince(before)).isEmpty();
    }

    /** It may have moved; none where there was one is a change of settings, which is told. */
    @Test
    void anotherTeacherIsRefused() {
        Source teacher = new Source(Source.TEACHER, "/models/large", "0123456789abcdef0123");
        Checkpoint taught = new Checkpoint(
                "/run/checkpoints/step-00000004",
                identity(10, VOCABULARY, List.of(CORPUS, teacher))
                        .manifest(new RunIdentity.Version(4, 0, 64, 2, Map.of()), List.of(), "sha", null));
        Source moved = new Source(Source.TEACHER, "/elsewhere", teacher.sha256());
        assertThatCode(() -> identity(10, VOCABULARY, List.of(CORPUS, moved)).require(taught))
                .doesNotThrowAnyException();
        assertThatCode(() -> identity.require(taught)).doesNotThrowAnyException();
        assertThat(identity.changedSince(taught.manifest())).containsEntry("teacher", "0123456789ab -> none");
        Source other = new Source(Source.TEACHER, "/models/large", "fedcba9876543210fedc");
        assertThatThrownBy(
                        () -> identity(10, VOCABULARY, List.of(CORPUS, other)).require(taught))
                .isInstanceOf(WeftException.class)
                .hasMessage(taught.directory() + " was taught by /models/large as it was, sha256=0123456789ab;"
                        + " distillation.teacher is now /models/large, sha256=fedcba987654");
        assertThatThrownBy(() -> identity(10, VOCABULARY, List.of(CORPUS, other), "distillation.logits=/l")
                        .require(taught))
                .hasMessageContaining("; distillation.logits is now /models/large, sha256=fedcba987654");
    }

    /** What all steps come to is told of one mechanism and one secret. */
    @Test
    void otherPrivacyIsRefused() {
        RunIdentity made = privately(1000, SECRET);
        CheckpointManifest manifest =
                made.manifest(new RunIdentity.Version(4, 0, 64, 2, Map.of()), List.of(), "sha", null);
        assertThat(manifest.formatVersion()).isEqualTo(CheckpointManifest.PRIVATE_VERSION);
        assertThat(manifest.privacy().epsilon()).isPositive();
        Checkpoint before = new Checkpoint("/run/c", manifest);
        assertThatCode(() -> made.require(before)).doesNotThrowAnyException();
        assertThatCode(() ->
                        privately(1000, SECRET, "privacy.target_delta=1.0e-6").require(before))
                .as("the same steps, said of another delta")
                .doesNotThrowAnyException();
        for (RunIdentity other : List.of(
                privately(1001, SECRET),
                privately(1000, "another secret, as long".getBytes(UTF_8)),
                privately(1000, SECRET, "privacy.noise_multiplier=2"),
                privately(1000, SECRET, "privacy.max_grad_norm=2"),
                privately(1000, SECRET, "training.global_batch=64"))) {
            assertThatThrownBy(() -> other.require(before))
                    .hasMessageStartingWith("/run/c was trained with privacy noise_multiplier=1.0 max_grad_norm=1.0"
                            + " global_batch/examples=0.032 of 1000 seed=")
                    .hasMessageContaining(", configured is privacy noise_multiplier=");
        }
        assertThatThrownBy(() -> identity(10, VOCABULARY, List.of()).require(before))
                .hasMessageContaining(", configured is no privacy: what both come to is not what either says");
        refused(made, " was trained with no privacy, configured is privacy noise_multiplier=1.0");
    }

    private static RunIdentity privately(long examples, byte[] secret, String... settings) {
        String[] usual = {
            "training.clip_norm=0",
            "privacy.noise_multiplier=1",
            "privacy.target_delta=1.0e-5",
            "privacy.seed_variable=SEED"
        };
        RunIdentity open = identity(10, VOCABULARY, List.of(), with(usual, settings));
        return new RunIdentity(
                open.config(),
                open.layout(),
                VOCABULARY,
                List.of(),
                GradientPrivacy.of(open.config(), examples, secret));
    }

    private static RunIdentity identity(
            int parameters, Vocabulary vocabulary, List<Source> sources, String... settings) {
        WeftConfig config = ConfigLoader.load("test", "run: {dir: /run}", List.of(settings));
        ParameterLayout layout = ParameterLayout.builder()
                .add("w", List.of(parameters), true, Initializer.ZEROS)
                .build();
        return new RunIdentity(config, layout, vocabulary, sources);
    }
}
