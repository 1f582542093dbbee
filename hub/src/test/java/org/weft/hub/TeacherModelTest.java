package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;

/** Who teaches whom, and by what a teacher is known again. */
class TeacherModelTest {
    private static final String GPT2 = "{architecture: gpt2, layers: 1, width: 4, heads: 2, context: 6}";
    private static final String CLASSES = "task: classification, from: x, labels: [";

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private final List<String> notices = new ArrayList<>();
    private Path home;

    @BeforeEach
    void name() {
        home = temporary.toAbsolutePath();
    }

    private String foreign(String name) throws IOException {
        return ForeignDirectory.gpt2(home.resolve(name))
                .file("tokenizer.json", TinyModels.tokenizer(11))
                .write()
                .uri();
    }

    private static WeftConfig config(String teacher, String model, String finetune, String... more) {
        return ConfigLoader.load(
                "test",
                "run: {dir: unused}\nmodel: " + model + "\nfinetune: {" + finetune + "}\ndistillation: {teacher: '"
                        + teacher + "'}\n",
                List.of(more));
    }

    private static TokenizerFile tokenizer(int words) {
        return new TokenizerFile(
                TinyModels.tokenizer(words).getBytes(StandardCharsets.UTF_8), "/corpus/tokenizer.json");
    }

    private TeacherModel teacher(WeftConfig config) throws IOException {
        return TeacherModel.of(store, config, notices::add).orElseThrow();
    }

    private void refuses(WeftConfig config, int vocabulary, int longest, String message) {
        assertThatThrownBy(() -> teacher(config)
                        .require(
                                config,
                                new ModelShape(config.model(), vocabulary, Adaptation.of(config, List.of())),
                                tokenizer(11),
                                longest))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aRunWithoutATeacherHasNone() throws IOException {
        assertThat(TeacherModel.of(store, config("", GPT2, ""), notices::add)).isEmpty();
        assertThat(notices).isEmpty();
    }

    @Test
    void aTeacherOfTheSameTokensIsTaken() throws IOException {
        WeftConfig config = config(foreign("large"), GPT2, "", "distillation.hidden=last");
        TeacherModel teacher = teacher(config);
        ModelShape student = new ModelShape(config.model(), 11);
        assertThatCode(() -> teacher.require(config, student, tokenizer(11), 6)).doesNotThrowAnyException();
        assertThat(teacher.source().kind()).isEqualTo("teacher");
        assertThat(teacher.source().sha256()).hasSize(64);
        assertThat(notices).last().asString().contains("0.5 of the loss, at a temperature of 2.0");
        assertThat(TeacherModel.shapeOf(store, config)).contains(teacher.shape());
    }

    @Test
    void aTeacherOfOtherTokensIsRefused() throws IOException {
        String large = foreign("large");
        WeftConfig config = config(large, GPT2, "");
        refuses(config, 12, 6, "distillation.teacher=" + large + " has a vocabulary of 11, and what learns one of 12");
        refuses(config, 11, 8, "reads 6 tokens at most, and sequences have up to 8");
        String other = ForeignDirectory.gpt2(home.resolve("other"))
                .file("tokenizer.json", TinyModels.tokenizer(10))
                .write()
                .uri();
        refuses(config(other, GPT2, ""), 11, 6, "has another tokenizer: the ids of ");
        refuses(
                config(large, GPT2.replace("width: 4", "width: 8"), "", "distillation.hidden=blocks"),
                11,
                6,
                "distillation.hidden=blocks compares hidden states of one width: the teacher's is 4, model.width=8");
        refuses(
                config(large, "{architecture: bert, layers: 1, width: 4, heads: 2, context: 6}", ""),
                11,
                6,
                "is of model.architecture=gpt2, which does not predict the tokens that bert does");
    }

    /** Other bytes may spell the same tokens. */
    @Test
    void anotherFileOfTheSameTokensIsTaken() throws IOException {
        String large = ForeignDirectory.gpt2(home.resolve("large"))
                .file("tokenizer.json", TinyModels.tokenizer(11).replace("{", "{ "))
                .write()
                .uri();
        WeftConfig config = config(large, GPT2, "");
        TeacherModel teacher = teacher(config);
        assertThatCode(() -> teacher.require(config, new ModelShape(config.model(), 11), tokenizer(11), 6))
                .doesNotThrowAnyException();
    }

    @Test
    void aTeacherOfAnotherTaskIsRefused() throws IOException {
        WeftConfig config = config(foreign("large"), GPT2, CLASSES + "a, b]");
        refuses(config, 11, 6, "is a model of tokens, and what learns one of finetune.task=classification");
    }

    @Test
    void aTeacherOfOtherLabelsIsRefused() throws IOException {
        String large = ForeignDirectory.gpt2(home.resolve("large"))
                .file("tokenizer.json", TinyModels.tokenizer(11))
                .config("architectures", "[\"GPT2ForSequenceClassification\"]")
                .config("id2label", "{\"0\": \"a\", \"1\": \"b\"}")
                .config("label2id", "{\"a\": 0, \"b\": 1}")
                .put("score.weight", 2, 4)
                .write()
                .uri();
        WeftConfig same = config(large, GPT2, CLASSES + "a, b]");
        TeacherModel teacher = teacher(same);
        ModelShape student = new ModelShape(same.model(), 11, Adaptation.of(same, List.of()));
        assertThatCode(() -> teacher.require(same, student, tokenizer(11), 6)).doesNotThrowAnyException();
        refuses(
                config(large, GPT2, CLASSES + "a, b, c]"),
                11,
                6,
                "has the 2 labels [a, b], and what learns the 3 labels [a, b, c]");
        refuses(config(large, GPT2, CLASSES + "b, a]"), 11, 6, "has the 2 labels [a, b], and what learns");
        refuses(
                config(large, GPT2, ""),
                11,
                6,
                "is a model of finetune.task=classification, and what learns one of tokens");
    }

    @Test
    void aBodyWithoutItsHeadIsRefused() throws IOException {
        String large = ForeignDirectory.gpt2(home.resolve("large"))
                .file("tokenizer.json", TinyModels.tokenizer(11))
                .config("architectures", "[\"GPT2ForSequenceClassification\"]")
                .config("id2label", "{\"0\": \"a\", \"1\": \"b\"}")
                .config("label2id", "{\"a\": 0, \"b\": 1}")
                .write()
                .uri();
        assertThatThrownBy(() -> teacher(config(large, GPT2, CLASSES + "a, b]")))
                .hasMessageContaining("tensor score.weight [2, 4] is missing");
    }

    /** Wherever it lies; any number of it is part of what it says. */
    @Test
    void aTeacherIsKnownByItsFiles() throws IOException {
        String once = teacher(config(foreign("large"), GPT2, "")).sha256();
        assertThat(teacher(config(foreign("moved"), GPT2, "")).sha256()).isEqualTo(once);
        String trained = ForeignDirectory.gpt2(home.resolve("trained"))
                .file("tokenizer.json", TinyModels.tokenizer(11))
                .set("wpe.weight", 3, 0.5f)
                .write()
                .uri();
        assertThat(teacher(config(trained, GPT2, "")).sha256()).isNotEqualTo(once);
        assertThat(ModelDigest.at(store, trained))
                .isEqualTo(teacher(config(trained, GPT2, "")).sha256());
        String uneven = ForeignDirectory.gpt2(home.resolve("uneven"))
                .file("tokenizer.json", TinyModels.tokenizer(11))
                .config("layer_norm_epsilon", "1e-4")
                .write()
                .uri();
        assertThat(teacher(config(uneven, GPT2, "")).sha256()).isNotEqualTo(once);
    }

    @Test
    void aCheckpointIsKnownByItsParameters() throws IOException {
        TinyModels.checkpoint(store, "file://" + home + "/run", TinyModels.GPT2);
        TinyModels.checkpointWith(store, "file://" + home + "/other", TinyModels.GPT2, "wpe.weight", 3, 0.5f);
        String digest = ModelDigest.at(store, "file://" + home + "/run");
        assertThat(ModelDigest.at(store, "file://" + home + "/other")).isNotEqualTo(digest);
        Files.move(home.resolve("run"), home.resolve("moved"));
        assertThat(ModelDigest.at(store, "file://" + home + "/moved")).isEqualTo(digest);
    }
}
