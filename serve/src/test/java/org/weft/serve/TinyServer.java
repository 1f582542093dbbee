package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A server with a tiny GPT that chats, over the loopback interface, while a class of tests runs. */
abstract class TinyServer {
    static WeftServer server;
    static Client client;

    @BeforeAll
    static void start() throws InterruptedException {
        server = WeftServer.start(
                TinyModel.withChat(), ServeOptions.defaults().withPort(0).withBatch(4, 40), problem -> {});
        client = new Client(server.port());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static JsonNode posted(String path, String body) {
        HttpResponse<String> response = client.post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Client.json(response);
    }
}
