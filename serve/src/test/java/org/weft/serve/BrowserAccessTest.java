package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A page on the web cannot use a server on this machine, unless somebody said that it may. */
@Timeout(120)
class BrowserAccessTest {
    private static final String PAGE = "http://localhost:5173";

    private static WeftServer server(List<String> hosts, List<String> origins) throws InterruptedException {
        return WeftServer.start(
                TinyModel.withChat(),
                ServeOptions.defaults()
                        .withPort(0)
                        .withAccess(new ServeOptions.Access(List.of(), hosts, origins)),
                problem -> {});
    }

    private static String models(WeftServer server, String headers) {
        return Wire.answers(server.port(), Wire.bare("GET /v1/models", headers));
    }

    private static String preflight(WeftServer server, String origin) {
        return Wire.answers(
                server.port(),
                Wire.bare(
                        "OPTIONS /v1/chat/completions",
                        "Host: localhost\nOrigin: " + origin + "\nAccess-Control-Request-Method: POST\n"
                                + "Access-Control-Request-Headers: authorization,content-type,x-stainless-os\n"));
    }

    @Test
    void nobodyElsesPageMayAsk() throws InterruptedException {
        try (WeftServer server = server(List.of(), List.of())) {
            String own = "http://127.0.0.1:" + server.port();
            String host = "Host: 127.0.0.1:" + server.port() + "\n";
            assertThat(models(server, host)).startsWith("HTTP/1.1 200 ").doesNotContainIgnoringCase("access-control");
            assertThat(models(server, host + "Origin: " + own + "\n")).startsWith("HTTP/1.1 200 ");
            assertThat(models(server, host + "Origin: https://chat.example\nSec-Fetch-Site: same-origin\n"))
                    .startsWith("HTTP/1.1 200 ");
            for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1", PAGE)) {
                assertThat(models(server, host + "Origin: " + origin + "\n"))
                        .startsWith("HTTP/1.1 403 ")
                        .contains("start it with --allow-origin " + origin, "origin_not_allowed")
                        .doesNotContainIgnoringCase("access-control");
                String posted = Wire.posted(
                        "/v1/completions",
                        host + "Origin: " + origin + "\nContent-Type: text/plain\n",
                        "{\"prompt\": \"w1\"}");
                assertThat(Wire.answers(server.port(), posted)).startsWith("HTTP/1.1 403 ");
            }
            assertThat(preflight(server, PAGE)).startsWith("HTTP/1.1 403 ").doesNotContainIgnoringCase("access-control");
        }
    }

    @Test
    void aNameThatWasReboundIsRefused() throws InterruptedException {
        try (WeftServer server = server(List.of("gpu-box"), List.of())) {
            for (String known : List.of("localhost", "LOCALHOST:80", "app.localhost", "127.0.0.1:9", "[::1]:80", "gpu-box:80")) {
                assertThat(models(server, "Host: " + known + "\n")).as(known).startsWith("HTTP/1.1 200 ");
            }
            for (String other : List.of("evil.example", "evil.example:8080", "localhost.evil.example")) {
                assertThat(models(server, "Host: " + other + "\nOrigin: http://" + other + "\n"))
                        .startsWith("HTTP/1.1 403 ")
                        .contains("start it with --allow-host " + other.replaceFirst(":.*", ""), "host_not_allowed");
            }
        }
    }

    @Test
    void pagesThatAreAllowedMayAskAndRead() throws InterruptedException {
        try (WeftServer server = server(List.of(), List.of(PAGE))) {
            assertThat(preflight(server, PAGE))
                    .startsWith("HTTP/1.1 204 ")
                    .containsIgnoringCase("access-control-allow-origin: " + PAGE)
                    .containsIgnoringCase("access-control-allow-methods: POST, OPTIONS")
                    .containsIgnoringCase("access-control-allow-headers: authorization,content-type,x-stainless-os")
                    .containsIgnoringCase("vary: origin");
            String events = Wire.answers(
                    server.port(),
                    Wire.posted(
                            "/v1/completions",
                            "Host: localhost\nOrigin: " + PAGE + "\n",
                            "{\"prompt\": \"w1\", \"max_tokens\": 2, \"stream\": true}"));
            assertThat(events)
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("access-control-allow-origin: " + PAGE)
                    .contains("[DONE]");
            assertThat(models(server, "Host: localhost\nOrigin: http://evil.example\n"))
                    .startsWith("HTTP/1.1 403 ");
        }
        assertThatThrownBy(() -> new ServeOptions.Access(List.of(), List.of(), List.of("localhost")))
                .hasMessage("--allow-origin localhost is no origin");
    }

    @Test
    void everyPageIsAnOptionToo() throws InterruptedException {
        try (WeftServer server = server(List.of("*"), List.of("*"))) {
            assertThat(models(server, "Host: any.example\nOrigin: http://other.example\n"))
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("access-control-allow-origin: http://other.example");
        }
    }

    @Test
    void elsewhereThanOnThisMachineAnyNameIsGood() {
        BrowserAccess access = new BrowserAccess("0.0.0.0", ServeOptions.Access.open());
        access.check(new BrowserAccess.Caller("gpu-box.lan:8080", null, null));
        access.check(new BrowserAccess.Caller("gpu-box.lan:8080", "http://gpu-box.lan:8080", null));
        assertThatThrownBy(() -> access.check(new BrowserAccess.Caller("gpu-box.lan", "http://evil.example", null)))
                .hasMessageStartingWith("pages of http://evil.example may not use this server");
    }
}
