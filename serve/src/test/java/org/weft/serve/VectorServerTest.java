package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.WeftException;

/** Embeddings in OpenAI's shape, beside a second model on the same server. */
@Timeout(120)
class VectorServerTest {
    private static WeftServer server;
    private static Client client;

    /** A vector of a text's length and its negative. */
    private static final class Lengths implements BatchModel<VectorModel.Input, VectorModel.Vector> {
        @Override
        public List<VectorModel.Vector> answers(List<VectorModel.Input> inputs) {
            return inputs.stream().map(Lengths::vector).toList();
        }

        private static VectorModel.Vector vector(VectorModel.Input input) {
            int length =
                    input.text() == null ? input.ids().length : input.text().length();
            if (length > 9) {
                throw WeftException.invalidData("too long", "");
            }
            return new VectorModel.Vector(new float[] {length, -length}, length);
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    @BeforeAll
    static void start() throws InterruptedException {
        server = WeftServer.start(
                List.of(
                        new VectorModel("lengths", "", 50, 2, Lengths::new),
                        new VectorModel("wide", "", 50, 1 << 20, Lengths::new),
                        TinyModel.withoutChat(64)),
                ServeOptions.defaults().withPort(0),
                problem -> {});
        client = new Client(server.port());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> embed(String fields) {
        return client.post("/v1/embeddings", "{\"model\": \"lengths\", " + fields + "}");
    }

    @Test
    void textsAndIdsBecomeVectors() {
        assertThat(embed("\"input\": \"four\", \"encoding_format\": \"float\"").body())
                .isEqualTo(
                        "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[4.0,-4.0]}],"
                                + "\"model\":\"lengths\",\"usage\":{\"prompt_tokens\":4,\"total_tokens\":4}}");
        JsonNode several = Client.json(embed("\"input\": [\"a\", \"bb\"], \"user\": \"me\", \"dimensions\": 2"));
        assertThat(several.at("/data/1/embedding/0").asDouble()).isEqualTo(2);
        assertThat(several.at("/usage/total_tokens").asInt()).isEqualTo(3);
        assertThat(Client.json(embed("\"input\": [7, 49, 3]"))
                        .at("/data/0/embedding/0")
                        .asDouble())
                .isEqualTo(3);
        assertThat(Client.json(embed("\"input\": [[7], [49, 3]]")).path("data")).hasSize(2);
    }

    @Test
    void packedVectorsAreLittleEndianFloats() {
        JsonNode packed = Client.json(embed("\"input\": \"abc\", \"encoding_format\": \"base64\""));
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder()
                        .decode(packed.at("/data/0/embedding").asText()))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new float[] {bytes.getFloat(), bytes.getFloat()}).containsExactly(3, -3);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Test
    void whatIsWrongIsNamed() {
        refused("\"input\": []", "input", "must be a string, or an array of strings or token ids");
        refused("\"input\": [[]]", "input", "input[0] must be at least one token id");
        refused("\"input\": [50]", "input", "input[0] must be a token id below 50, is 50");
        refused("\"input\": [\"a\", 3]", "input", "input[1] must be a string or an array of token ids");
        refused("\"input\": \"a\", \"encoding_format\": \"int8\"", "encoding_format", "must be float or base64");
        refused("\"input\": \"a\", \"dimensions\": 1", "dimensions", "vectors of lengths have 2 elements");
        refused("\"input\": \"a\", \"truncate\": true", "truncate", "there is no field truncate here");
        refused(
                "\"input\": \"much too long\", \"dimensions\": 1",
                "dimensions",
                "are not cut"); // before it is computed
        refused("\"input\": \"much too long\"", "input", "too long");
    }

    private static void refused(String fields, String param, String message) {
        HttpResponse<String> response = embed(fields);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode error = Client.json(response).path("error");
        assertThat(error.path("param").asText()).isEqualTo(param);
        assertThat(error.path("message").asText()).contains(message);
    }

    @Test
    void vectorsOfARequestAreBounded() {
        HttpResponse<String> response =
                client.post("/v1/embeddings", "{\"model\": \"wide\", \"input\": [\"a\", \"b\", \"c\"]}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(response.body())
                .contains("input has 3 elements, whose vectors are of 1048576 each: at most 2 at once");
    }

    @Test
    void aRequestNamesOneOfSeveralModels() {
        JsonNode models = Client.json(client.get("/v1/models")).path("data");
        assertThat(models.findValuesAsText("id")).containsExactly("lengths", "wide", "tiny");
        assertThat(Client.json(client.get("/v1/models/tiny")).at("/endpoints/0").asText())
                .isEqualTo("/v1/completions");
        String prompt = "\"prompt\": \"w1\", \"max_tokens\": 2}";
        HttpResponse<String> text = client.post("/v1/completions", "{\"model\": \"tiny\", " + prompt);
        assertThat(text.statusCode()).as(text.body()).isEqualTo(200);
        HttpResponse<String> nameless = client.post("/v1/completions", "{" + prompt);
        assertThat(nameless.statusCode()).isEqualTo(400);
        assertThat(nameless.body()).contains("model must be one of lengths, wide, tiny");
        HttpResponse<String> unknown = client.post("/v1/completions", "{\"model\": \"gpt-9\", " + prompt);
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body())
                .contains("there is no model gpt-9: this server has lengths, wide, tiny", "model_not_found");
        HttpResponse<String> other = client.post("/v1/completions", "{\"model\": \"lengths\", " + prompt);
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(other.body()).contains("lengths has no /v1/completions: it gives texts vectors");
    }
}
