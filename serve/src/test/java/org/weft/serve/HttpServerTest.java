package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HttpServerTest {
    private final CountDownLatch entered = new CountDownLatch(2);
    private final CountDownLatch gate = new CountDownLatch(1);

    private void read(Answer answer) {
        entered.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        answer.json(200, JsonNodeFactory.instance.objectNode());
    }

    @Test
    void whoAsksNoModelDoesNotWaitForRequestsThatAreRead() throws InterruptedException {
        ServeOptions options = ServeOptions.defaults().withPort(0);
        ServeMetrics metrics = new ServeMetrics();
        Api api = new Api(new ScriptedService(this::read).models(), options, metrics, problem -> {});
        try (HttpServer server = new HttpServer(options, api, metrics, problem -> {})) {
            server.start();
            Client client = new Client(server.port());
            List<CompletableFuture<HttpResponse<String>>> reading =
                    List.of(client.postLater("/predict", "{}"), client.postLater("/predict", "{}"));
            entered.await(); // every thread that reads has one
            for (String path : List.of("/health", "/health/live", "/metrics", "/v1/models", "/nothing")) {
                assertThat(client.get(path).statusCode()).as(path).isEqualTo(path.equals("/nothing") ? 404 : 200);
            }
            assertThat(reading).noneMatch(CompletableFuture::isDone);
            gate.countDown();
            reading.forEach(each -> assertThat(each.join().statusCode()).isEqualTo(200));
        }
    }
}
