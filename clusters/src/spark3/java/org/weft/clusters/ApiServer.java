package org.weft.clusters;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import okhttp3.mockwebserver.MockResponse;
import okhttp3.mockwebserver.MockWebServer;
import okhttp3.mockwebserver.RecordedRequest;
import okio.Buffer;

/**
 * Kubernetes' API without a cluster behind it: what is created is kept, found, watched and deleted, and nothing else
 * happens to it. Spark applies what belongs to a driver, which the mock server does not know: here that creates or
 * replaces.
 */
final class ApiServer implements AutoCloseable {
    private final KubernetesMockServer server = new KubernetesMockServer(
            new Context(), new MockWebServer(), new HashMap<>(), new ApplyingDispatcher(), false);
    private KubernetesClient client;

    ApiServer start() {
        server.init();
        client = server.createClient();
        return this;
    }

    KubernetesClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }

    private static final class ApplyingDispatcher extends KubernetesCrudDispatcher {
        ApplyingDispatcher() {
            super(List.of());
        }

        @Override
        public MockResponse handleCreate(RecordedRequest request) {
            String text = request.getBody().clone().readUtf8();
            return super.handleCreate(to(request.getPath(), "POST", request, AppliedResource.created(text)));
        }

        @Override
        public MockResponse handlePatch(RecordedRequest request) {
            if (!AppliedResource.isMeant(request.getHeader("Content-Type"))) {
                return super.handlePatch(request);
            }
            String path = request.getPath().replaceAll("\\?.*", "");
            String text = request.getBody().clone().readUtf8();
            boolean there = handleGet(path).getStatus().contains(" " + HttpURLConnection.HTTP_OK + " ");
            return there
                    ? handleUpdate(to(path, "PUT", request, text))
                    : handleCreate(to(path.substring(0, path.lastIndexOf('/')), "POST", request, text));
        }

        private static RecordedRequest to(String path, String method, RecordedRequest request, String text) {
            Buffer body = new Buffer().writeUtf8(text);
            return new RecordedRequest(
                    method + " " + path + " HTTP/1.1",
                    request.getHeaders(),
                    List.of(),
                    body.size(),
                    body,
                    request.getSequenceNumber(),
                    new Socket());
        }
    }
}
