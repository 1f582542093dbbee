package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every request is answered, whatever happens to it. */
class ApiTest {
    private final List<String> notices = new ArrayList<>();
    private final List<Integer> answered = new ArrayList<>();

    private final Answer answer = new Answer() {
        @Override
        public void json(int status, JsonNode body) {
            answered.add(status);
        }

        @Override
        public void text(int status, String contentType, String body) {
            answered.add(status);
        }

        @Override
        public void options(String methods) {
            answered.add(204);
        }

        @Override
        public void fail(ApiException failure) {
            answered.add(failure.status());
        }

        @Override
        public void event(String data) {
            throw new AssertionError(data);
        }

        @Override
        public void endEvents() {
            throw new AssertionError();
        }

        @Override
        public void onGone(Runnable action) {
            // The client stays.
        }
    };

    /** A model whose every request throws. */
    private record Thrower(Throwable thrown) implements ModelService {
        @Override
        public ServedModel model() {
            return new VectorModel("thrower", "", 1, 1, () -> null);
        }

        @Override
        public ModelThread<?> thread() {
            throw new AssertionError();
        }

        @Override
        public List<String> endpoints() {
            return Endpoints.OF_MODELS;
        }

        @Override
        public void describe(ObjectNode served) {
            throw new AssertionError();
        }

        @Override
        public void answer(String endpoint, JsonFields fields, Answer answer) {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        }
    }

    @Test
    void anErrorLeavesNoClientWaiting() {
        for (Throwable thrown : List.of(
                new StackOverflowError("deep"),
                new LinkageError("no natives"),
                new IllegalStateException("broken"),
                ApiException.invalid("input", "wrong"))) {
            Thrower thrower = new Thrower(thrown);
            Models models = new Models(List.of(thrower.model()), model -> thrower);
            Api api = new Api(models, ServeOptions.defaults(), new ServeMetrics(), notices::add);
            byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
            api.handle(
                    new Api.Request("POST", "/classify", null, new BrowserAccess.Caller(null, null, null), body),
                    answer);
        }
        assertThat(answered).containsExactly(500, 500, 500, 400);
        assertThat(notices)
                .containsExactly(
                        "error: POST /classify: java.lang.StackOverflowError: deep",
                        "error: POST /classify: java.lang.LinkageError: no natives",
                        "error: POST /classify: java.lang.IllegalStateException: broken");
    }
}
