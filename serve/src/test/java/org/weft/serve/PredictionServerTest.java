package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.WeftException;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;

/** A classifier behind HTTP; what it finds in a text is how long it is. */
@Timeout(120)
class PredictionServerTest {
    private static final PredictionShape CLASSIFIER = new PredictionShape(
            "classification",
            PredictionShape.Input.TEXT,
            List.of("sentence"),
            List.of("prediction", "probabilities"),
            true);

    private final List<Integer> batches = new ArrayList<>(); // the model's thread's
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch entered = new CountDownLatch(1);
    private Thread owner;
    private boolean closed;
    private WeftServer server;
    private Client client;

    private record Said(List<Object> cells, Map<String, Double> byLabel) implements Prediction {}

    private final class Lengths implements BatchModel<Fields, Prediction> {
        Lengths() {
            owner = Thread.currentThread();
        }

        @Override
        public List<Prediction> answers(List<Fields> rows) {
            assertThat(Thread.currentThread()).isSameAs(owner);
            List<String> texts = rows.stream().map(row -> row.text("sentence")).toList();
            if (texts.contains("wait")) {
                entered.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            batches.add(texts.size());
            if (texts.contains("")) {
                throw WeftException.invalidData("a text is empty", "");
            }
            if (texts.contains("broken")) {
                throw new IllegalStateException("no such tensor");
            }
            return texts.stream().map(Lengths::said).toList();
        }

        private static Prediction said(String text) {
            double shorter = 1.0 / text.length();
            Map<String, Double> labels = new LinkedHashMap<>();
            labels.put("short", shorter);
            labels.put("long", 1 - shorter);
            return new Said(List.of(shorter > 0.5 ? "short" : "long", labels), labels);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @BeforeEach
    void start() throws InterruptedException {
        server = WeftServer.start(
                new PredictionModel("lengths", "", CLASSIFIER, Lengths::new),
                ServeOptions.defaults().withPort(0).withBatch(8, 3),
                problem -> {});
        client = new Client(server.port());
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(closed).isTrue();
    }

    private HttpResponse<String> classify(String input) {
        return client.post("/classify", "{\"input\": " + input + "}");
    }

    @Test
    void aTextHasLabelsWithProbabilities() {
        JsonNode answer = Client.json(classify("\"four\""));
        assertThat(answer.toString())
                .isEqualTo("{\"model\":\"lengths\",\"data\":[{\"index\":0,\"labels\":[{\"label\":\"long\","
                        + "\"probability\":0.75},{\"label\":\"short\",\"probability\":0.25}]}]}");
        JsonNode two = Client.json(classify("[\"a\", \"four\"]")).path("data");
        assertThat(two).hasSize(2);
        assertThat(two.path(1).path("labels"))
                .isEqualTo(answer.path("data").path(0).path("labels"));
        JsonNode told = Client.json(client.get("/v1/models")).path("data").path(0);
        assertThat(told.path("endpoints").toString()).isEqualTo("[\"/classify\",\"/predict\"]");
        assertThat(told.path("task").asText()).isEqualTo("classification");
    }

    @Test
    void aPredictionIsWhatPredictWritesIntoARow() {
        assertThat(Client.json(client.post("/predict", "{\"input\": [\"four\", \"a\"]}"))
                        .toString())
                .isEqualTo("{\"model\":\"lengths\",\"data\":[{\"index\":0,\"prediction\":\"long\",\"probabilities\":"
                        + "{\"short\":0.25,\"long\":0.75}},{\"index\":1,\"prediction\":\"short\",\"probabilities\":"
                        + "{\"short\":1.0,\"long\":0.0}}]}");
    }

    @Test
    void requestsThatWaitAreClassifiedTogether() throws InterruptedException {
        CompletableFuture<HttpResponse<String>> first = client.postLater("/classify", "{\"input\": \"wait\"}");
        entered.await();
        List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
        for (String text : List.of("\"aa\"", "\"\"", "\"four\"")) {
            others.add(client.postLater("/classify", "{\"input\": " + text + "}"));
        }
        while (client.metric("weft_queue_length") < 3) {
            Thread.onSpinWait();
        }
        gate.countDown();
        assertThat(first.join().statusCode()).isEqualTo(200);
        assertThat(others.get(1).join().statusCode()).isEqualTo(400);
        assertThat(others.get(1).join().body()).contains("a text is empty");
        for (int good : new int[] {0, 2}) {
            assertThat(others.get(good).join().statusCode()).isEqualTo(200);
        }
        assertThat(Client.json(others.get(2).join())
                        .at("/data/0/labels/0/probability")
                        .asDouble())
                .isEqualTo(0.75);
        server.close();
        assertThat(batches).containsExactly(1, 3, 1, 1, 1); // alone; together, which failed; each alone
    }

    @Test
    void whatCannotBeClassifiedIsSaid() {
        assertThat(classify("[]").body()).contains("input is empty: it must be a text or an array of texts");
        assertThat(classify("7").body()).contains("input must be a string or an array, is 7");
        assertThat(classify("[\"a\", [\"b\"]]").body()).contains("input[1] must be a string");
        HttpResponse<String> broken = classify("\"broken\"");
        assertThat(broken.statusCode()).isEqualTo(500);
        assertThat(broken.body()).contains("the model failed: no such tensor");
        for (String path : List.of("/v1/completions", "/v1/chat/completions", "/v1/embeddings")) {
            HttpResponse<String> text = client.post(path, "{\"prompt\": \"a\"}");
            assertThat(text.statusCode()).isEqualTo(404);
            assertThat(text.body())
                    .contains("lengths has no " + path
                            + ": it was fine-tuned to classification; post to /classify or /predict");
        }
    }
}
