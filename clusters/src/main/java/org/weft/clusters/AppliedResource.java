package org.weft.clusters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;

/** What Kubernetes' API does to a resource before it keeps it, as far as Spark sees it. */
final class AppliedResource {
    private static final ObjectMapper JSON = new ObjectMapper();

    private AppliedResource() {}

    /** Whether a patch of this content type creates what is not there yet. */
    static boolean isMeant(String contentType) {
        return contentType != null && contentType.startsWith("application/apply-patch");
    }

    /** A new resource as it is kept: a pod begins as one that waits. */
    static String created(String text) {
        try {
            JsonNode resource = JSON.readTree(text);
            if (!resource.path("kind").asText().equals("Pod")
                    || resource.path("status").has("phase")) {
                return text;
            }
            ((ObjectNode) resource).putObject("status").put("phase", "Pending");
            return JSON.writeValueAsString(resource);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
