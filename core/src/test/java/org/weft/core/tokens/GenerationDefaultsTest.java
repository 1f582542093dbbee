package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;

/** generation_config.json: what is taken of it, and what is told. */
class GenerationDefaultsTest {
    @TempDir
    Path temporary;

    private GenerationDefaults read(String json) throws IOException {
        Files.writeString(temporary.resolve("generation_config.json"), json);
        return GenerationDefaults.beside(HadoopStore.local(), "file://" + temporary);
    }

    @Test
    void withoutTheFileNothingIsSaid() throws IOException {
        assertThat(GenerationDefaults.beside(HadoopStore.local(), "file://" + temporary))
                .isEqualTo(GenerationDefaults.NONE);
        assertThat(read("{\"eos_token_id\": [1, 2], \"transformers_version\": \"5\", \"num_beams\": 1}"))
                .isEqualTo(GenerationDefaults.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "null",
            value = {
                "'do_sample': true, 'temperature': 0.6, 'top_p': 0.9 | 0.6  | 50   | 0.9  | null | null",
                "'do_sample': true                                   | 1.0  | 50   | null | null | null",
                "'do_sample': false, 'temperature': 0.6              | 0.0  | null | null | null | null",
                "'temperature': 0.6, 'top_k': 20                     | 0.6  | 20   | null | null | null",
                "'repetition_penalty': 1.05, 'max_new_tokens': 2048  | null | null | null | 1.05 | 2048",
            })
    void whatIsSaidIsTheDefault(
            String json, Double temperature, Integer topK, Double topP, Double penalty, Integer most)
            throws IOException {
        GenerationDefaults read = read("{" + json.replace('\'', '"') + "}");
        assertThat(read.temperature()).isEqualTo(temperature);
        assertThat(read.topK()).isEqualTo(topK);
        assertThat(read.topP()).isEqualTo(topP);
        assertThat(read.repetitionPenalty()).isEqualTo(penalty);
        assertThat(read.maxNewTokens()).isEqualTo(most);
        assertThat(read.notice()).isEmpty();
    }

    @Test
    void whatWeftDoesNotDoIsToldByName() throws IOException {
        assertThat(read("{\"num_beams\": 4, \"min_p\": 0.05, \"bad_words_ids\": [], \"suppress_tokens\": [7]}")
                        .notice())
                .isEqualTo("generation_config.json says what Weft does not do: num_beams=4, min_p=0.05,"
                        + " suppress_tokens=[7]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'temperature': 'hot' | temperature=\"hot\" is not a number that it can be",
                "'top_p': 1.5         | top_p=1.5 is not a number that it can be",
                "'max_new_tokens': 0  | max_new_tokens=0 is not a number that it can be",
                "'do_sample': 3       | do_sample=3 is not true or false",
            })
    void whatCannotBeIsAnError(String json, String problem) {
        assertThatThrownBy(() -> read("{" + json.replace('\'', '"') + "}"))
                .isInstanceOf(WeftException.class)
                .hasMessage("file://" + temporary + "/generation_config.json: " + problem);
    }
}
