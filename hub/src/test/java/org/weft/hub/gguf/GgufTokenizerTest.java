package org.weft.hub.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TokenizerConfig.Form;
import org.weft.core.config.TokenizerConfig.Kind;
import org.weft.core.config.TokenizerConfig.Pretokenizer;
import org.weft.core.tokens.TokenRoles;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.BpeModel;
import org.weft.corpus.tokenizer.BpeModel.Merge;
import org.weft.corpus.tokenizer.TokenizerJson;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;
import org.weft.hub.TinyModels;

/** What becomes of a tokenizer, and which are refused. */
class GgufTokenizerTest {
    /** Bytes, two words' parts, the end of a text. */
    private static final int TOKENS = 259;

    @TempDir
    Path temporary;

    private final List<String> notices = new ArrayList<>();

    private static TokenizerConfig cut(Pretokenizer pretokenizer) {
        return new TokenizerConfig(Kind.BPE, 0, "").with("pretokenizer", pretokenizer);
    }

    private static byte[] tokenizer(TokenizerConfig cut) {
        ByteAlphabet bytes = new ByteAlphabet();
        List<String> tokens = new ArrayList<>(bytes.spellings());
        int[] the = bytes.ids("the".getBytes(StandardCharsets.UTF_8));
        tokens.add(bytes.spell("th".getBytes(StandardCharsets.UTF_8)));
        tokens.add(bytes.spell("the".getBytes(StandardCharsets.UTF_8)));
        BpeModel model = new BpeModel(tokens, List.of(new Merge(the[0], the[1]), new Merge(256, the[2])));
        return TokenizerJson.of(model, List.of("<|endoftext|>"), cut, OptionalInt.empty());
    }

    private GgufFile written(byte[] json, TokenRoles roles, int rows, String template) throws IOException {
        GgufMetadata metadata = new GgufMetadata();
        new GgufTokenizer(new TokenizerFile(json, "tokenizer.json", roles), notices::add).put(metadata, rows, template);
        Path file = temporary.resolve("tokenizer.gguf");
        Files.write(file, GgufFormat.header(metadata, List.of()));
        return new GgufFile(file);
    }

    private GgufFile written(byte[] json) throws IOException {
        return written(json, TokenRoles.NONE, TOKENS, "");
    }

    @Test
    void tokensAreFilledUpToTheRowsOfTheModel() throws IOException {
        Map<String, Object> said = written(
                        tokenizer(cut(Pretokenizer.AUTO)), TokenRoles.NONE, TOKENS + 2, "{{ messages }}")
                .metadata();
        List<?> tokens = (List<?>) said.get("tokenizer.ggml.tokens");
        List<?> types = (List<?>) said.get("tokenizer.ggml.token_type");
        assertThat(tokens).hasSize(TOKENS + 2).hasSameSizeAs(types);
        assertThat(tokens.subList(256, TOKENS + 2)).hasToString("[th, the, <|endoftext|>, [PAD259], [PAD260]]");
        assertThat(types.subList(256, TOKENS + 2)).hasToString("[1, 1, 3, 5, 5]");
        assertThat(said.get("tokenizer.ggml.merges")).hasToString("[t h, th e]");
        assertThat(said)
                .containsEntry("tokenizer.ggml.model", "gpt2")
                .containsEntry("tokenizer.ggml.pre", "gpt-2")
                .containsEntry("tokenizer.ggml.eos_token_id", 258)
                .containsEntry("tokenizer.ggml.bos_token_id", 258)
                .containsEntry("tokenizer.ggml.add_bos_token", false)
                .containsEntry("tokenizer.chat_template", "{{ messages }}")
                .doesNotContainKey("tokenizer.ggml.padding_token_id");
    }

    @ParameterizedTest
    @CsvSource({"GPT2,gpt-2", "LLAMA3,dbrx", "CL100K,dbrx", "QWEN2,qwen2"})
    void wordsAreCutByThePatternOfThatName(Pretokenizer pretokenizer, String name) throws IOException {
        assertThat(written(tokenizer(cut(pretokenizer))).metadata()).containsEntry("tokenizer.ggml.pre", name);
    }

    @Test
    void whatTheFilesSayOfTokensIsSaidAgain() throws IOException {
        TokenRoles roles = new TokenRoles(
                Map.of("bos", "the", "eos", "<|endoftext|>", "pad", "th"),
                Map.of("eos", List.of(258, 3, 4)),
                true,
                null);
        Map<String, Object> said =
                written(tokenizer(cut(Pretokenizer.AUTO)), roles, TOKENS, "").metadata();
        assertThat(said)
                .containsEntry("tokenizer.ggml.bos_token_id", 257)
                .containsEntry("tokenizer.ggml.padding_token_id", 256)
                .containsEntry("tokenizer.ggml.eot_token_id", 3)
                .containsEntry("tokenizer.ggml.add_bos_token", true)
                .containsEntry("tokenizer.ggml.add_eos_token", false);
        assertThat(notices)
                .singleElement()
                .asString()
                .startsWith("of the tokens that end a text, a GGUF file names two");
    }

    /** llama.cpp appends the token to prompts, too, which are to go on. */
    @Test
    void anEndBehindEachTextIsToldAndNotAskedFor() throws IOException {
        TokenRoles roles = new TokenRoles(Map.of("bos", "the", "eos", "<|endoftext|>"), Map.of(), true, true);
        assertThat(written(tokenizer(cut(Pretokenizer.AUTO)), roles, TOKENS, "").metadata())
                .containsEntry("tokenizer.ggml.add_bos_token", true)
                .containsEntry("tokenizer.ggml.add_eos_token", false);
        assertThat(notices).singleElement().asString().startsWith("this tokenizer ends each text with token 258");
    }

    @Test
    void mergesAsPairsAndWholeWordsAreRead() throws IOException {
        ObjectNode root = (ObjectNode) Json.MAPPER.readTree(tokenizer(cut(Pretokenizer.LLAMA3)));
        ObjectNode model = (ObjectNode) root.path("model");
        model.put("ignore_merges", true).putArray("merges").addArray().add("t").add("h");
        Map<String, Object> said = written(Json.MAPPER.writeValueAsBytes(root)).metadata();
        assertThat(said.get("tokenizer.ggml.merges")).hasToString("[t h]");
        assertThat(said).containsEntry("tokenizer.ggml.pre", "llama-bpe");
    }

    @Test
    void whatHasNoExactCounterpartIsRefused() {
        TokenizerConfig plain = cut(Pretokenizer.AUTO);
        assertRefused(tokenizer(cut(Pretokenizer.O200K)), "pre_tokenizer={");
        assertRefused(tokenizer(cut(Pretokenizer.HAN)), "pre_tokenizer={");
        assertRefused(tokenizer(plain.with("splitDigits", true)), "pre_tokenizer={");
        assertRefused(
                tokenizer(plain.with("lowercase", true)), "normalizer={\"type\":\"Lowercase\"} has no counterpart");
        assertRefused(tokenizer(plain.with("addPrefixSpace", true)), "normalizer={\"type\":\"Prepend\"");
        assertRefused(
                TinyModels.tokenizer(11).getBytes(StandardCharsets.UTF_8), "it is no byte-level BPE: model=WordLevel");
        assertThatThrownBy(() -> written(tokenizer(plain), TokenRoles.NONE, 258, ""))
                .hasMessage(
                        "--format gguf does not write tokenizer.json: token <|endoftext|> has id 258, the model has 258"
                                + " rows");
    }

    @Test
    void whatWouldGiveOtherTokensIsRefused() throws IOException {
        assertChanged(model -> model.put("end_of_word_suffix", "</w>"), "it has end_of_word_suffix");
        assertChanged(model -> model.put("continuing_subword_prefix", "##"), "it has continuing_subword_prefix");
        assertChanged(model -> model.put("dropout", 0.1), "it has dropout");
        assertChanged(model -> model.withArray("merges").add("t x"), "it has merge \"t x\"");
        assertChanged(model -> model.withArray("merges").add(model.at("/merges/0")), "merge \"t h\" is there twice");
        assertChanged(model -> ((ObjectNode) model.path("vocab")).remove("t"), "it has ");
        for (String key : List.of("lstrip", "rstrip", "single_word")) {
            ObjectNode root = (ObjectNode) Json.MAPPER.readTree(tokenizer(cut(Pretokenizer.AUTO)));
            ((ObjectNode) root.at("/added_tokens/0")).put(key, true);
            assertThatThrownBy(() -> written(Json.MAPPER.writeValueAsBytes(root)))
                    .isInstanceOf(WeftException.class)
                    .hasMessageContaining("added token <|endoftext|> with " + key);
        }
    }

    private void assertChanged(Consumer<ObjectNode> change, String why) throws IOException {
        ObjectNode root = (ObjectNode) Json.MAPPER.readTree(tokenizer(cut(Pretokenizer.AUTO)));
        change.accept((ObjectNode) root.path("model"));
        assertRefused(Json.MAPPER.writeValueAsBytes(root), why);
    }

    @Test
    void filesThatDoNotNameTheirModelAndDigitsByThemselvesAreRead() throws IOException {
        ObjectNode root = (ObjectNode) Json.MAPPER.readTree(tokenizer(cut(Pretokenizer.AUTO)));
        ((ObjectNode) root.path("model")).remove("type");
        ObjectNode cut = root.putObject("pre_tokenizer").put("type", "Sequence");
        cut.putArray("pretokenizers")
                .add(Json.MAPPER.createObjectNode().put("type", "Digits").put("individual_digits", true))
                .add(Json.MAPPER.createObjectNode().put("type", "ByteLevel").put("add_prefix_space", false));
        assertThat(written(Json.MAPPER.writeValueAsBytes(root)).metadata())
                .containsEntry("tokenizer.ggml.pre", "smollm");
    }

    @Test
    void anEndOfATurnIsOneThatIsThereAndIsSpeltLikeOne() throws IOException {
        TokenizerConfig plain = cut(Pretokenizer.AUTO);
        ObjectNode root = (ObjectNode) Json.MAPPER.readTree(tokenizer(plain));
        ObjectNode turn = root.at("/added_tokens/0").deepCopy();
        root.withArray("added_tokens").add(turn.put("content", "<|im_end|>").put("id", TOKENS));
        TokenRoles roles =
                new TokenRoles(Map.of("eos", "<|endoftext|>"), Map.of("eos", List.of(258, 999, 3, TOKENS)), null, null);
        assertThat(written(Json.MAPPER.writeValueAsBytes(root), roles, TOKENS + 1, "")
                        .metadata())
                .containsEntry("tokenizer.ggml.eot_token_id", TOKENS);
        TokenRoles outside =
                new TokenRoles(Map.of("eos", "<|endoftext|>"), Map.of("eos", List.of(258, 999)), null, null);
        assertThat(written(tokenizer(plain), outside, TOKENS, "").metadata())
                .doesNotContainKey("tokenizer.ggml.eot_token_id");
    }

    @Test
    void aFormThatTextsAreBroughtIntoIsTold() throws IOException {
        written(tokenizer(cut(Pretokenizer.AUTO).with("normalizer", Form.NFC)));
        assertThat(notices).singleElement().asString().startsWith("llama.cpp does not bring texts into NFC");
    }

    private void assertRefused(byte[] json, String why) {
        assertThatThrownBy(() -> written(json))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("--format gguf does not write tokenizer.json: " + why);
    }
}
