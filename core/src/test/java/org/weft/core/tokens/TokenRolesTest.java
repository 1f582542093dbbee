package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

class TokenRolesTest {
    private static final Map<String, Integer> VOCABULARY = Map.of("<s>", 1, "</s>", 2, "<end>", 7);

    private final Store store = HadoopStore.local();

    @TempDir
    private Path directory;

    @Test
    void nothingIsSaidWhereThereIsNoFile() throws IOException {
        assertThat(roles()).isEqualTo(TokenRoles.NONE);
        assertThat(TokenRoles.generationConfig(store, directory.toString())).isNull();
    }

    @Test
    void readsTokensAsTextsAndAsObjects() throws IOException {
        write(
                "tokenizer_config.json",
                "{\"eos_token\": {\"content\": \"<end>\", \"__type\": \"AddedToken\"},"
                        + " \"bos_token\": \"<s>\", \"pad_token\": null, \"model_max_length\": Infinity}");
        assertThat(roles().texts()).isEqualTo(Map.of("eos", "<end>", "bos", "<s>"));
        assertThat(roles().in(VOCABULARY, TokenRoles.END)).contains(7);
        assertThat(roles().begins()).isNull();
    }

    @Test
    void generationConfigSaysIdsBeforeConfig() throws IOException {
        write("config.json", "{\"eos_token_id\": 2, \"bos_token_id\": 1, \"vocab_size\": 8}");
        assertThat(roles().ids(TokenRoles.END)).containsExactly(2);
        write("generation_config.json", "{\"eos_token_id\": [7, 2], \"temperature\": 0.6}");
        assertThat(roles().ids(TokenRoles.END)).containsExactly(7, 2);
        assertThat(roles().ids(TokenRoles.BEGIN))
                .as("said by config.json alone")
                .containsExactly(1);
        assertThat(roles().in(VOCABULARY, TokenRoles.END)).contains(7);
        assertThat(roles().in(Map.of("x", 2), TokenRoles.END))
                .as("7 is not there")
                .contains(2);
        JsonNode whole = Json.MAPPER.readTree(TokenRoles.generationConfig(store, directory.toString()));
        assertThat(whole)
                .isEqualTo(
                        Json.MAPPER.readTree("{\"eos_token_id\": [7, 2], \"temperature\": 0.6, \"bos_token_id\": 1}"));
    }

    @Test
    void keepsAGenerationConfigThatSaysItAllByteByByte() throws IOException {
        String written = "{ \"eos_token_id\" : 2 }\n";
        write("generation_config.json", written);
        write("config.json", "{\"eos_token_id\": 7, \"pad_token_id\": null}");
        assertThat(TokenRoles.generationConfig(store, directory.toString()))
                .isEqualTo(written.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void refusesWhatSaysNothingByFileKeyAndValue() throws IOException {
        refused("generation_config.json", "{\"eos_token_id\": \"2\"}", "eos_token_id=\"2\" is not a token's id");
        refused("config.json", "{\"pad_token_id\": [1.5]}", "pad_token_id=[1.5] is not a token's id");
        refused("tokenizer_config.json", "{\"eos_token\": 2}", "eos_token=2 is not a token's text");
        refused("tokenizer_config.json", "{\"add_bos_token\": \"yes\"}", "add_bos_token=\"yes\" is not true or false");
        refused("tokenizer_config.json", "[]", "is no JSON object");
        refused("tokenizer_config.json", "{\n \"eos_token\": <s>}", "is not JSON: line 2, column ");
        refused(
                "tokenizer_config.json",
                "version https://git-lfs.github.com/spec/v1\noid sha256:00",
                "Git LFS pointer");
    }

    private void refused(String file, String content, String message) throws IOException {
        write(file, content);
        assertThatThrownBy(this::roles)
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessageContainingAll(directory + "/" + file, message);
        Files.delete(directory.resolve(file));
    }

    @Test
    void aPostProcessorFramesATextAndTheFlagsDecideOverIt() throws IOException {
        String template = "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"<s>\"}},"
                + " {\"Sequence\": {\"id\": \"A\"}}, {\"SpecialToken\": {\"id\": \"</s>\"}}],"
                + " \"special_tokens\": {\"<s>\": {\"ids\": [1]}}}";
        TextFrame both = new TextFrame(List.of(1), List.of(2), List.of());
        assertThat(frame(template)).isEqualTo(both);
        assertThat(frame("{\"type\": \"BertProcessing\", \"cls\": [\"<s>\", 1], \"sep\": [\"</s>\", 2]}"))
                .isEqualTo(new TextFrame(List.of(1), List.of(2), List.of(2)));
        assertThat(frame("{\"type\": \"RobertaProcessing\", \"cls\": [\"<s>\", 1], \"sep\": [\"</s>\", 2]}"))
                .isEqualTo(new TextFrame(List.of(1), List.of(2), List.of(2, 2)));
        String pair =
                "\"pair\": [{\"SpecialToken\": {\"id\": \"<s>\"}}, {\"Sequence\": {\"id\": \"A\"}}, {\"SpecialToken\":"
                        + " {\"id\": \"</s>\"}}, {\"SpecialToken\": {\"id\": \"</s>\"}}, {\"Sequence\": {\"id\": \"B\"}},"
                        + " {\"SpecialToken\": {\"id\": \"</s>\"}}]";
        assertThat(frame(template.replace("\"special_tokens\"", pair + ", \"special_tokens\"")))
                .isEqualTo(new TextFrame(List.of(1), List.of(2), List.of(2, 2)));
        assertThat(frame("{\"type\": \"Sequence\", \"processors\": [{\"type\": \"ByteLevel\"}, " + template + "]}"))
                .isEqualTo(both);
        assertThat(frame("{\"type\": \"ByteLevel\"}")).isEqualTo(TextFrame.NONE);
        assertThat(frame("null")).isEqualTo(TextFrame.NONE);

        write(
                "tokenizer_config.json",
                "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\", \"add_bos_token\": true, \"add_eos_token\": false}");
        assertThat(frame("null")).isEqualTo(new TextFrame(List.of(1), List.of(), List.of()));
        assertThat(frame(template)).isEqualTo(new TextFrame(List.of(1), List.of(), List.of()));
        write(
                "tokenizer_config.json",
                "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"bos_token\": \"<s>\", \"add_bos_token\": false}");
        assertThat(frame(template)).as("the class does not hear the flags").isEqualTo(both);
    }

    private TextFrame frame(String postProcessor) throws IOException {
        return TextFrame.of(Json.MAPPER.readTree("{\"post_processor\": " + postProcessor + "}"), VOCABULARY, roles());
    }

    @Test
    void masksHaveTheNamesThatTheirFilesGiveThem() throws IOException {
        write("tokenizer_config.json", "{\"mask_token\": \"[TROU]\", \"pad_token\": {\"content\": \"[VIDE]\"}}");
        String json =
                "{\"model\": {\"vocab\": {\"[TROU]\": 3, \"[VIDE]\": 4, \"<s>\": 5, \"[FIN]\": 6, \"[MASK]\": 8}},"
                        + " \"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"<s>\", 5], \"sep\": [\"[FIN]\", 6]}}";
        TokenizerFile file =
                TokenizerFile.at(store, json.getBytes(StandardCharsets.UTF_8), directory + "/tokenizer.json");
        assertThat(SpecialTokens.of(file)).isEqualTo(new SpecialTokens(3, 5, 6, 4));
    }

    private TokenRoles roles() throws IOException {
        return TokenRoles.beside(store, directory.toString());
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(directory.resolve(name), content);
    }
}
