package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

class TokenizerSettingsTest {
    private static final String GPT2 = "{\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false},"
            + " \"added_tokens\": [{\"id\": 0, \"content\": \"<end>\", \"special\": true}],"
            + " \"model\": {\"vocab\": {\"<end>\": 0, \"a\": 1, \"null\": 2, \"<pad>\": 3}}}";

    private static final String BERT = "{\"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true,"
            + " \"handle_chinese_chars\": true, \"strip_accents\": null, \"lowercase\": true}}";

    private static final String LLAMA = "{\"normalizer\": {\"type\": \"Sequence\", \"normalizers\":"
            + " [{\"type\": \"Prepend\", \"prepend\": \"_\"}]}, \"pre_tokenizer\": null}";

    private final Store store = HadoopStore.local();
    private final List<String> notices = new ArrayList<>();

    @TempDir
    private Path directory;

    @Test
    void aFileThatAgreesStaysAsItIsByteByByte() throws IOException {
        unchanged(GPT2);
        write("tokenizer_config.json", "{\"tokenizer_class\": \"GPT2Tokenizer\", \"mask_token\": null}");
        unchanged(GPT2);
        write(
                "tokenizer_config.json",
                "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"add_prefix_space\": true}");
        unchanged(GPT2);
        write("tokenizer_config.json", "{\"do_lower_case\": true}");
        write("config.json", "{\"model_type\": \"bert\"}");
        unchanged(BERT);
    }

    @Test
    void aClassPutsItsSettingsOverTheFile() throws IOException {
        write("tokenizer_config.json", "{\"tokenizer_class\": \"GPT2TokenizerFast\", \"add_prefix_space\": true}");
        assertThat(read(GPT2).at("/pre_tokenizer/add_prefix_space").asBoolean()).isTrue();
        assertThat(notices)
                .singleElement()
                .asString()
                .contains(
                        directory + "/tokenizer.json: add_prefix_space=false",
                        "add_prefix_space=true of " + directory + "/tokenizer_config.json");

        write("tokenizer_config.json", "{\"do_lower_case\": false, \"strip_accents\": false}");
        write("config.json", "{\"model_type\": \"bert\"}");
        JsonNode cased = read(BERT).path("normalizer");
        assertThat(cased.path("lowercase")).hasToString("false");
        assertThat(cased.path("strip_accents")).hasToString("false");
        assertThat(cased.path("handle_chinese_chars")).hasToString("true");

        write("tokenizer_config.json", "{\"tokenizer_class\": \"BertTokenizer\"}");
        assertThat(read(BERT.replace("\"lowercase\": true", "\"lowercase\": false"))
                        .at("/normalizer/lowercase"))
                .as("what the class means where nothing is said")
                .hasToString("true");
    }

    @Test
    void tokensThatOnlyOtherFilesAddAreAdded() throws IOException {
        write("added_tokens.json", "{\"<x>\": 5, \"sea\": 4, \"<end>\": 0}");
        write("tokenizer_config.json", "{\"mask_token\": \"<x>\"}");
        JsonNode listed = read(GPT2).path("added_tokens");
        assertThat(listed.findValuesAsText("content")).containsExactly("<end>", "sea", "<x>");
        assertThat(listed.findValuesAsText("id")).containsExactly("0", "4", "5");
        assertThat(listed.findValuesAsText("special")).containsExactly("true", "false", "true");
        assertThat(listed.findValuesAsText("normalized")).containsExactly("true", "false");

        write(
                "tokenizer_config.json",
                "{\"pad_token\": {\"content\": \"<pad>\", \"lstrip\": true}, \"added_tokens_decoder\":"
                        + " {\"4\": {\"content\": \"net\", \"normalized\": false}, \"1\": {\"content\": \"a\"}}}");
        JsonNode decoded = read(GPT2).path("added_tokens");
        assertThat(decoded.findValuesAsText("content")).containsExactly("<end>", "a", "net", "<pad>");
        assertThat(decoded.findValuesAsText("id")).containsExactly("0", "1", "4", "3");
        assertThat(decoded.get(2).path("normalized").asBoolean()).isFalse();
        assertThat(decoded.get(3).path("lstrip").asBoolean()).isTrue();
    }

    @Test
    void refusesWhatCannotBePutIntoTheFile() throws IOException {
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"9\": {\"content\": \"sea\"}}}");
        refused(GPT2, "tokenizer_config.json: added_tokens_decoder has \"sea\" as id 9", "is 4");
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"9\": \"sea\"}}");
        refused(GPT2, "added_tokens_decoder={\"9\":\"sea\"} is not a token's id and an object");
        write("tokenizer_config.json", "{\"tokenizer_class\": \"LlamaTokenizer\", \"add_prefix_space\": true}");
        unchanged(LLAMA);
        write("tokenizer_config.json", "{\"tokenizer_class\": \"LlamaTokenizer\", \"add_prefix_space\": false}");
        refused(LLAMA, "tokenizer_config.json: add_prefix_space=false", "tokenizer.json puts a blank before each text");
    }

    private void unchanged(String tokenizer) throws IOException {
        assertThat(file(tokenizer).json()).asString().isEqualTo(tokenizer);
        assertThat(notices).isEmpty();
    }

    private void refused(String tokenizer, String... message) {
        assertThatThrownBy(() -> file(tokenizer))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessageContainingAll(message);
    }

    private JsonNode read(String tokenizer) throws IOException {
        notices.clear();
        return Json.MAPPER.readTree(file(tokenizer).json());
    }

    private TokenizerFile file(String tokenizer) throws IOException {
        write("tokenizer.json", tokenizer);
        return TokenizerFile.foreign(store, directory + "/tokenizer.json", notices::add);
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(directory.resolve(name), content);
    }
}
