package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;

/** A server that proves itself, and files that it refuses to start with. */
@Timeout(120)
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    static Path temporary;

    private static KeyStore own;

    /** Two certificates of keys that the JDK makes, as PEM. */
    @BeforeAll
    static void makeKeys() throws Exception {
        own = made("own", "EC", "-1d");
        made("other", "EC", "-40d"); // which has expired
        made("rsa", "RSA", "-1d");
    }

    private static KeyStore made(String name, String algorithm, String from) throws Exception {
        Path store = temporary.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=ip:127.0.0.1,dns:localhost",
                        "-startdate",
                        from,
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(temporary.resolve(name + ".log").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        pem(name + ".crt", "CERTIFICATE", keys.getCertificate("server").getEncoded());
        pem(name + ".key", "PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded());
        return keys;
    }

    private static void pem(String file, String kind, byte[] bytes) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                temporary.resolve(file), "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
    }

    private static ServeOptions options(String certificate, String key) {
        ServeOptions.Tls tls = new ServeOptions.Tls(temporary.resolve(certificate), temporary.resolve(key));
        return ServeOptions.defaults()
                .withPort(0)
                .withNetwork(new ServeOptions.Network(8, 100_000, Duration.ofSeconds(30), Optional.of(tls)));
    }

    @Test
    void whoTrustsTheCertificateIsAnswered() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", own.getCertificate("server"));
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        HttpClient http = HttpClient.newBuilder().sslContext(context).build();
        try (WeftServer server =
                WeftServer.start(TinyModel.withoutChat(64), options("own.crt", "own.key"), problem -> {})) {
            String body = "{\"prompt\": \"w1\", \"max_tokens\": 3, \"stream\": true}";
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("https://127.0.0.1:" + server.port() + "/v1/completions"))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(Client.events(answer)).isNotEmpty();
            try (Socket clear = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                clear.getOutputStream().write("GET /health HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(clear.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                        .doesNotContain("HTTP/1.1 200");
            }
        }
    }

    @Test
    void filesThatDoNotFitAreRefusedAtTheStart() throws IOException {
        List<String> notices = new ArrayList<>();
        ServeOptions rsa = options("rsa.crt", "rsa.key");
        assertThat(TlsContext.of(rsa.network().tls().orElseThrow(), notices::add))
                .isNotNull();
        assertThat(notices).isEmpty();
        ServeOptions expired = options("other.crt", "other.key");
        assertThat(TlsContext.of(expired.network().tls().orElseThrow(), notices::add))
                .isNotNull();
        assertThat(notices).singleElement().asString().contains("other.crt is valid from ", ", not now");
        Files.writeString(temporary.resolve("empty"), "");
        Files.writeString(
                temporary.resolve("old.key"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        Files.writeString(
                temporary.resolve("locked.key"),
                "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nAAAA\n"
                        + "-----END EC PRIVATE KEY-----\n");
        refused("own.crt", "locked.key", "--tls-key ", " is a key of another form: -----BEGIN EC PRIVATE KEY-----");
        refused("own.crt", "other.key", "--tls-key ", " is not the key of --tls-certificate ");
        refused("own.crt", "rsa.key", "--tls-key ", " is no EC key, as the certificate's is");
        refused("own.crt", "own.crt", "--tls-key ", " holds no key");
        refused("own.crt", "old.key", "--tls-key ", " is a key of another form: -----BEGIN RSA PRIVATE KEY-----");
        refused("empty", "own.key", "--tls-certificate ", " holds no certificate");
        refused("own.key", "own.key", "--tls-certificate ", " holds no certificate");
        refused("absent", "own.key", "--tls-certificate ", " cannot be read");
    }

    private static void refused(String certificate, String key, String... parts) {
        assertThatThrownBy(() -> WeftServer.start(TinyModel.withoutChat(64), options(certificate, key), problem -> {}))
                .isInstanceOf(WeftException.class)
                .hasMessageContainingAll(parts);
    }
}
