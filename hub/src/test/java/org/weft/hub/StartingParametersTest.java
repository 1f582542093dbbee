package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.TokenType;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.Vocabulary;

/** A run that starts with another model's parameters. */
class StartingParametersTest extends ModelDirectories {
    private static final String MODEL = "{architecture: gpt2, layers: 1, width: 4, heads: 2, context: 6}";

    @Test
    void aHuggingFaceDirectoryIsImportedIntoTheRun() throws IOException {
        String from = ForeignDirectory.gpt2(temporary.resolve("hf")).write().uri();
        Checkpoint start = starting(MODEL, 11).of(from);
        assertThat(start.directory()).isEqualTo(home + "/run/imported/checkpoints/step-00000000");
        assertThat(start.manifest().step()).isZero();
        Checkpoint again = starting(MODEL, 11).of(from);
        assertThat(again.manifest().paramsSha256()).isEqualTo(start.manifest().paramsSha256());
    }

    @Test
    void anImportedRunIsTakenAsItIs() throws IOException {
        Checkpoint source = TinyModels.checkpoint(store, home + "/other", TinyModels.GPT2);
        Checkpoint start = starting(TinyModels.GPT2, TinyModels.VOCABULARY).of(home + "/other");
        assertThat(start.directory()).endsWith("/other/checkpoints/step-00000000");
        assertThat(start.manifest().toJson()).isEqualTo(source.manifest().toJson());
    }

    @Test
    void aTrainedCheckpointBecomesOneOfStepZero() throws IOException {
        Checkpoint trained = trained();
        Checkpoint start = starting(TinyModels.GPT2, TinyModels.VOCABULARY).of(trained.directory());
        assertThat(start.directory()).isEqualTo(home + "/run/imported/checkpoints/step-00000000");
        assertThat(start.manifest().step()).isZero();
        assertThat(start.manifest().tokensSeen()).isZero();
        assertThat(start.manifest().paramsSha256()).isEqualTo(trained.manifest().paramsSha256());
    }

    /** The files of a step-0 checkpoint under a manifest that says step 300: its moments do not matter here. */
    private Checkpoint trained() throws IOException {
        Checkpoint zero = TinyModels.checkpoint(store, home + "/other", TinyModels.GPT2);
        CheckpointManifest m = zero.manifest();
        String directory = RunDirectory.of(home + "/other").step(300);
        store.rename(zero.directory(), directory);
        CheckpointManifest later = new CheckpointManifest(
                m.formatVersion(),
                m.weftVersion(),
                300,
                m.skippedSteps(),
                m.tokensSeen() + 9,
                m.generation(),
                m.layoutHash(),
                m.parameters(),
                m.vocabSize(),
                m.tokenizerSha256(),
                m.seed(),
                m.config(),
                m.shards(),
                m.sources(),
                m.evaluations(),
                m.paramsSha256(),
                m.sparsity(),
                m.privacy());
        later.save(store, directory);
        return new Checkpoint(directory, later);
    }

    @Test
    void anotherVocabularyIsRefused() throws IOException {
        String from = ForeignDirectory.gpt2(temporary.resolve("hf")).write().uri();
        assertThatThrownBy(() -> starting(MODEL, 12).of(from))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).contains("tokenizer.kind=file"))
                .hasMessage(from + " has a vocabulary of 11, the corpus in " + home + "/run/corpus one of 12");
        assertThat(temporary.resolve("run")).doesNotExist();
    }

    @Test
    void rowsThatPadTheSameTokenizersVocabularyAreTaken() throws IOException {
        String tokenizer = TinyModels.tokenizer(9);
        String from = ForeignDirectory.gpt2(temporary.resolve("hf"))
                .file("tokenizer.json", tokenizer)
                .write()
                .uri();
        String sha256 = Sha256.hex(tokenizer.getBytes(StandardCharsets.UTF_8));
        assertThat(starting(MODEL, 9, sha256).vocabulary(from)).isEqualTo(new Vocabulary(11, sha256));
        assertThat(starting(MODEL, 9, sha256).of(from).manifest().vocabSize()).isEqualTo(11);
        assertThatThrownBy(() -> starting(MODEL, 9, "another").of(from))
                .hasMessage(from + " has a vocabulary of 11, the corpus in " + home + "/run/corpus one of 9");
    }

    /** The number of heads is in no tensor's shape. */
    @Test
    void anotherModelIsRefusedWithTheSectionToTake() throws IOException {
        String from = ForeignDirectory.gpt2(temporary.resolve("hf")).write().uri();
        assertThatThrownBy(() ->
                        starting(MODEL.replace("heads: 2", "heads: 4"), 11).of(from))
                .isInstanceOfSatisfying(WeftException.class, e -> {
                    assertThat(e.hint()).startsWith("take its model section: model: {architecture: gpt2, layers: 1,");
                    String section = e.hint().substring(e.hint().indexOf('{'));
                    assertThat(TinyModels.config("/run", section).model().heads())
                            .isEqualTo(2);
                })
                .hasMessage(from + " is of another model than is configured: model.heads=4 instead of 2");
        assertThat(temporary.resolve("run")).doesNotExist();
    }

    @Test
    void whatMayDifferIsSaid() throws IOException {
        String from = ForeignDirectory.llama(temporary.resolve("hf")).write().uri();
        starting(
                        "{architecture: llama, layers: 1, width: 8, heads: 4, kv_heads: 2, mlp_width: 12, context: 12,"
                                + " tie_word_embeddings: true, rope_scaling: linear, rope_factor: 2}",
                        11)
                .of(from);
        assertThat(notices)
                .contains("other than the model was trained with: model.context=12 instead of 6,"
                        + " model.rope_scaling=linear instead of none, model.rope_factor=2.0 instead of 1.0");
    }

    private StartingParameters starting(String model, int vocabSize) {
        return starting(model, vocabSize, "tok");
    }

    private StartingParameters starting(String model, int vocabSize, String tokenizerSha256) {
        WeftConfig config = ConfigLoader.load("test", "run: {dir: \"" + home + "/run\"}\nmodel: " + model, List.of());
        CorpusManifest corpus = new CorpusManifest(
                CorpusManifest.VERSION,
                "tokenizer.json",
                tokenizerSha256,
                vocabSize,
                TokenType.U16,
                0,
                null,
                null,
                List.of());
        return new StartingParameters(store, config, corpus, notices::add);
    }
}
