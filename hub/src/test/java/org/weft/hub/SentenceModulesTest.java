package org.weft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.storage.HadoopStore;

/** What lies beside a model of sentence-transformers. */
class SentenceModulesTest {
    private static final String MODULES = """
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}%s]
            """;
    private static final String NORMALIZE =
            ", {\"idx\": 2, \"name\": \"2\", \"path\": \"2_Normalize\", \"type\": \"sentence_transformers.models.Normalize\"}";

    @TempDir
    Path directory;

    private SentenceModules read(String more, String pooling) throws IOException {
        write("modules.json", MODULES.formatted(more));
        write("1_Pooling/config.json", pooling);
        return SentenceModules.at(HadoopStore.local(), "file://" + directory);
    }

    private void write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void filesSayHowTextsBecomeVectors() throws IOException {
        assertThat(SentenceModules.at(HadoopStore.local(), "file://" + directory))
                .isEqualTo(SentenceModules.NONE);
        write("sentence_bert_config.json", "{\"max_seq_length\": 256, \"do_lower_case\": false}");
        write(
                "config_sentence_transformers.json",
                "{\"prompts\": {\"query\": \"query: \", \"passage\": \"\"}, \"default_prompt_name\": null}");
        SentenceModules read =
                read(NORMALIZE, "{\"pooling_mode_cls_token\": false, \"pooling_mode_mean_tokens\": true}");
        assertThat(read)
                .isEqualTo(new SentenceModules(
                        Pooling.MEAN, true, 256, false, Map.of("query", "query: ", "passage", ""), "", true));
        assertThat(read.prefix(null, "here")).isEmpty();
        assertThat(read.prefix("query", "here")).isEqualTo("query: ");
        assertThatThrownBy(() -> read.prefix("other", "here"))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.hint()).isEqualTo("it has [passage, query]"))
                .hasMessage("here has no prompt other");
        assertThatThrownBy(() -> Records.with(read, "prompts", Map.of()).prefix("query", "here"))
                .isInstanceOfSatisfying(WeftException.class, e -> assertThat(e.hint())
                        .isEqualTo("it has none: leave --prompt out, or give the text itself with --prefix"));
        write("sentence_bert_config.json", "{\"transformer_task\": \"feature-extraction\"}");
        write("tokenizer_config.json", "{\"model_max_length\": 128}");
        assertThat(read("", "{\"pooling_mode\": \"lasttoken\"}"))
                .extracting(SentenceModules::pooling, SentenceModules::normalize, SentenceModules::maxLength)
                .containsExactly(Pooling.LAST, false, 128);
        write(
                "config_sentence_transformers.json",
                "{\"prompts\": {\"nullable\": \"n: \"}, \"default_prompt_name\": \"nullable\"}");
        Files.delete(directory.resolve("sentence_bert_config.json"));
        write("sentence_xlm-roberta_config.json", "{\"max_seq_length\": 77, \"do_lower_case\": true}");
        assertThat(read("", "{\"pooling_mode\": \"cls\"}"))
                .extracting(
                        SentenceModules::maxLength, SentenceModules::lowerCase, modules -> modules.prefix(null, "here"))
                .containsExactly(77, true, "n: ");
        Files.delete(directory.resolve("sentence_xlm-roberta_config.json"));
        write("tokenizer_config.json", "{\"model_max_length\": 1000000000000000019884624838656}");
        assertThat(read("", "{\"pooling_mode\": \"cls\"}").maxLength()).isZero();
    }

    @Test
    void whatWeftDoesNotHaveIsNamed() throws IOException {
        assertThatThrownBy(() -> read("", "{\"pooling_mode_max_tokens\": true}"))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining(
                        "1_Pooling/config.json: pooling [pooling_mode_max_tokens] is not one that Weft has");
        assertThatThrownBy(() -> read(NORMALIZE.replace("Normalize", "Dense"), "{\"pooling_mode_mean_tokens\": true}"))
                .hasMessageContaining(
                        "modules.json: module sentence_transformers.models.Dense is not one that Weft has");
    }

    /** What is written is read as it was meant. */
    @Test
    void filesComeBack() throws IOException {
        for (boolean normalize : new boolean[] {true, false}) {
            SentenceModules meant = new SentenceModules(Pooling.FIRST, normalize, 77, false, Map.of(), "", true);
            for (Map.Entry<String, byte[]> file : meant.files(48).entrySet()) {
                write(file.getKey(), new String(file.getValue()));
            }
            assertThat(SentenceModules.at(HadoopStore.local(), "file://" + directory))
                    .isEqualTo(meant);
        }
    }
}
