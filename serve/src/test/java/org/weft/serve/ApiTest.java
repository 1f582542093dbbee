package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every request is answered, whatever happens to it. */
class ApiTest {
    private final List<String> notices = new ArrayList<>();
    private final List<Integer> answered = new ArrayList<>();
    private long arrivedNanos = System.nanoTime();

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
        public long arrivedNanos() {
            return arrivedNanos;
        }

        @Override
        public void onGone(Runnable action) {
            // The client stays.
        }
    };

    private void ask(ScriptedService service, String method, String path) {
        ServeOptions options = ServeOptions.defaults().withTimeout(Duration.ofSeconds(50));
        Api api = new Api(service.models(), options, new ServeMetrics(), notices::add);
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        api.handle(new Api.Request(method, path, null, new BrowserAccess.Caller(null, null, null), body), answer);
    }

    private static ScriptedService thrower(Throwable thrown) {
        return new ScriptedService(answer -> {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        });
    }

    @Test
    void anErrorLeavesNoClientWaiting() {
        for (Throwable thrown : List.of(
                new StackOverflowError("deep"),
                new LinkageError("no natives"),
                new IllegalStateException("broken"),
                ApiException.invalid("input", "wrong"))) {
            ask(thrower(thrown), "POST", "/classify");
        }
        assertThat(answered).containsExactly(500, 500, 500, 400);
        assertThat(notices)
                .containsExactly(
                        "error: POST /classify: java.lang.StackOverflowError: deep",
                        "error: POST /classify: java.lang.LinkageError: no natives",
                        "error: POST /classify: java.lang.IllegalStateException: broken");
    }

    @Test
    void aRequestThatWaitedTooLongForItsTurnIsNotRead() {
        arrivedNanos = System.nanoTime() - Duration.ofSeconds(50).toNanos();
        ask(thrower(new IllegalStateException("read")), "POST", "/predict");
        assertThat(answered).containsExactly(504);
        assertThat(notices).isEmpty();
    }

    /** Whoever watches a server asks every few seconds, for as long as it runs: nothing may stay of it. */
    @Test
    void healthHangsNothingOnTheThreadsEnd() {
        ScriptedService service = new ScriptedService(answer -> {}); // fails where its thread is asked for
        ask(service, "GET", "/health/live");
        service.end();
        ask(service, "GET", "/health/live");
        assertThat(answered).containsExactly(200, 503);
    }
}
