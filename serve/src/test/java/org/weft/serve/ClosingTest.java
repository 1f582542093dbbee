package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server that ends holds on to until nobody needs it. */
@Timeout(120)
class ClosingTest {
    /** Tokens enough that they are being made when the server ends. */
    private static final String LONG = "{\"prompt\": \"" + "w1 ".repeat(90_000) + "\"}";

    @Test
    void aTokenizerIsThereWhileRequestsAreRead() throws InterruptedException {
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        try (WeftServer server =
                WeftServer.start(TinyModel.withChat(), ServeOptions.defaults().withPort(0), problem -> {})) {
            Client client = new Client(server.port());
            for (int i = 0; i < 4; i++) {
                asked.add(client.postLater("/v1/completions", LONG));
            }
            while (server.requests() == 0) { // Others are read while this one has its answer: it is too long.
                Thread.onSpinWait();
            }
        }
        for (CompletableFuture<HttpResponse<String>> each : asked) {
            try {
                assertThat(each.join().statusCode()).isIn(400, 503);
            } catch (CompletionException closed) {
                assertThat(closed).hasCauseInstanceOf(IOException.class);
            }
        }
    }
}
