package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.hub.ForeignDirectory;
import org.weft.hub.HuggingFaceModel;
import org.weft.hub.TinyModels;
import org.weft.tuning.chat.Chat;
import org.weft.tuning.chat.ChatFormat;
import org.weft.tuning.chat.ChatMessage;
import org.weft.tuning.chat.ChatSegment;
import org.weft.tuning.chat.FormatTemplate;

/** What can be served, from where it lies. */
@Timeout(120)
class ServedModelsTest {
    private static final ModelLoader.Wish PLAIN_WISH = new ModelLoader.Wish(null, null, "cpu", 0);

    private final HadoopStore store = new HadoopStore(new Configuration());
    private final List<String> notices = new ArrayList<>();

    @TempDir
    Path temporary;

    private TextModel model(ModelLoader.Wish wish, String path) throws IOException {
        return (TextModel) new ModelLoader(store, wish, notices::add).at(path);
    }

    private static String prompt(TextModel model) {
        Chat chat = new Chat(List.of(new ChatMessage("user", "Hi")));
        return model.chat().orElseThrow().prompt(chat).stream()
                .map(ChatSegment::text)
                .collect(Collectors.joining());
    }

    /** Greedy text. */
    private static String served(ServedModel model) throws Exception {
        try (WeftServer server = WeftServer.start(model, ServeOptions.defaults().withPort(0), problem -> {})) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + server.port() + "/v1/completions"))
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"prompt\": \"w1 w2\", \"temperature\": 0, \"model\": \"" + model.name() + "\"}"))
                    .build();
            HttpResponse<String> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            JsonNode answer = new ObjectMapper().readTree(response.body());
            return answer.at("/choices/0/text").asText();
        }
    }

    private static String chatml() {
        return new ObjectMapper()
                .createObjectNode()
                .put("chat_template", ChatFormat.CHATML.jinja())
                .toString();
    }

    @Test
    void aHuggingFaceDirectoryIsServedAsTheRunThatItBecomes() throws Exception {
        ForeignDirectory foreign = ForeignDirectory.gpt2(temporary.resolve("tiny-gpt2"))
                .file("tokenizer.json", TinyModels.tokenizer(11))
                .file("tokenizer_config.json", chatml())
                .write();
        TextModel direct = model(PLAIN_WISH, foreign.uri());
        assertThat(direct.name()).isEqualTo("tiny-gpt2");
        assertThat(direct.context()).isEqualTo(6);
        assertThat(prompt(direct)).isEqualTo("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
        assertThat(direct.chat().orElseThrow().name()).isEqualTo("model");
        assertThat(direct.chat().orElseThrow().stops()).containsExactly("<|im_end|>");
        String text = served(direct);
        assertThat(text.strip()).isNotEmpty();

        String run = "file://" + temporary.resolve("run");
        try (HuggingFaceModel imported = HuggingFaceModel.open(store, foreign.uri())) {
            imported.writeTo(run);
        }
        TextModel ofRun = model(new ModelLoader.Wish("mine", "plain", "cpu", 1), run);
        assertThat(ofRun.name()).isEqualTo("mine");
        assertThat(ofRun.fingerprint()).hasSize(12);
        assertThat(ofRun.chat().orElseThrow().name()).isEqualTo("plain");
        assertThat(((FormatTemplate) ofRun.chat().orElseThrow()).endOfText()).isEqualTo("<|endoftext|>");
        assertThat(served(ofRun)).isEqualTo(text);
    }

    @Test
    void anEncoderGivesTextsVectors() throws Exception {
        ForeignDirectory bert = ForeignDirectory.bert(temporary.resolve("bert"))
                .file("tokenizer.json", framing(TinyModels.tokenizer(11)))
                .write();
        ServedModel model = new ModelLoader(store, PLAIN_WISH, notices::add).at(bert.uri());
        assertThat(model).isInstanceOf(VectorModel.class);
        assertThat(notices).anyMatch(notice -> notice.contains("was not tuned to give vectors"));
        try (WeftServer server = WeftServer.start(model, ServeOptions.defaults().withPort(0), problem -> {})) {
            Client client = new Client(server.port());
            String input = "{\"input\": [\"w1 w2\", [8, 1, 2, 9]]}";
            JsonNode data = Client.json(client.post("/v1/embeddings", input)).path("data");
            assertThat(data.path(0).path("embedding")).hasSize(4);
            double squares = 0;
            for (int i = 0; i < 4; i++) {
                double own = data.path(0).path("embedding").path(i).asDouble();
                squares += own * own;
                assertThat(data.path(1).path("embedding").path(i).asDouble()).isCloseTo(own, within(1e-6));
            }
            assertThat(squares).isCloseTo(1, within(1e-5));
            HttpResponse<String> tooLong = client.post("/v1/embeddings", "{\"input\": \"w1 w2 w3 w4 w5 w6\"}");
            assertThat(tooLong.statusCode()).isEqualTo(400);
            assertThat(tooLong.body()).contains("is more than the 6 tokens that the model reads at once");
        }
    }

    /** A tokenizer whose w8 and w9 are [CLS] and [SEP]. */
    private static String framing(String tokenizer) {
        return tokenizer.replace("\"w8\"", "\"[CLS]\"").replace("\"w9\"", "\"[SEP]\"");
    }

    @Test
    void whatCannotBeServedIsSaid() throws Exception {
        ForeignDirectory mute = ForeignDirectory.gpt2(temporary.resolve("mute")).write();
        assertThatThrownBy(() -> model(PLAIN_WISH, mute.uri()))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("has no tokenizer.json: text needs a tokenizer");
        mute.file("tokenizer.json", TinyModels.tokenizer(11))
                .file("tokenizer_config.json", "{\"chat_template\": \"[INST] {{\"}");
        assertThat(served(model(PLAIN_WISH, mute.uri()))).isNotEmpty();
        assertThat(model(PLAIN_WISH, mute.uri()).noChat())
                .contains(
                        "tokenizer_config.json: the chat template cannot be read: what begins here is not closed (line 1 of the"
                                + " template): start the server")
                .contains("--chat-template (chatml, llama3, plain), or post a prompt to /v1/completions");
        assertThat(notices).anyMatch(notice -> notice.startsWith("chats are answered 400, completions are served: "));
        assertThat(notices).noneMatch(notice -> notice.startsWith("what the chat template writes behind an answer"));
        mute.file("tokenizer_config.json", "{\"chat_template\": \"{{ messages[0].content }}\"}");
        model(PLAIN_WISH, mute.uri()).close();
        assertThat(notices).anyMatch(notice -> notice.startsWith("what the chat template writes behind an answer"));
        assertThat(model(new ModelLoader.Wish(null, "llama3", "cpu", 0), mute.uri())
                        .chat())
                .isPresent();
        assertThatThrownBy(() -> model(PLAIN_WISH, "file://" + temporary.resolve("nothing")))
                .hasMessageStartingWith("there is no checkpoint at ");
    }
}
