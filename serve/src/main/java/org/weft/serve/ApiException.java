package org.weft.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A request that is answered with an error: its HTTP status and the object that OpenAI's clients expect. Holds no stack:
 * it is an answer, not a defect.
 */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final String INVALID = "invalid_request_error";
    private static final int NO_RETRY = -1;
    private static final int RETRY_SECONDS = 1;

    /** Made while there is memory for it. */
    @SuppressWarnings("StaticAssignmentOfThrowable") // It holds no stack, and nothing is added to it.
    private static final ApiException WITHOUT_WORDS = internal("the server failed for lack of memory");

    private final int status;
    private final String type;
    private final String param;
    private final String code;
    private final int retryAfterSeconds;
    private String allowed; // methods

    private ApiException(int status, String type, String message, String param, String code, int retryAfterSeconds) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /**
     * 400.
     *
     * @param param the field that is wrong, or null
     */
    static ApiException invalid(String param, String message) {
        return invalid(param, message, null);
    }

    static ApiException invalid(String param, String message, String code) {
        return new ApiException(400, INVALID, message, param, code, NO_RETRY);
    }

    /** 401. */
    static ApiException unauthorized(String message) {
        return new ApiException(401, "authentication_error", message, null, "invalid_api_key", NO_RETRY);
    }

    /** 404. */
    static ApiException notFound(String param, String message, String code) {
        return new ApiException(404, INVALID, message, param, code, NO_RETRY);
    }

    /** 403. */
    static ApiException forbidden(String message, String code) {
        return new ApiException(403, "permission_error", message, null, code, NO_RETRY);
    }

    /**
     * 405.
     *
     * @param allowed methods, for the header Allow
     */
    static ApiException methodNotAllowed(String message, String allowed) {
        ApiException refused = new ApiException(405, INVALID, message, null, "method_not_allowed", NO_RETRY);
        refused.allowed = allowed;
        return refused;
    }

    /** 415. */
    static ApiException unsupportedEncoding(String encoding) {
        return ofHttp(415, "a body of Content-Encoding " + encoding + " is not taken: send it as it is");
    }

    /** Any other status below 500. */
    static ApiException ofHttp(int status, String message) {
        return new ApiException(status, INVALID, message, null, null, NO_RETRY);
    }

    /** 413. */
    static ApiException tooLarge(int maxBytes) {
        return new ApiException(
                413,
                INVALID,
                "the request's body is larger than " + maxBytes + " bytes",
                null,
                "request_too_large",
                NO_RETRY);
    }

    /** 429: as many texts are on their way as the server holds. */
    static ApiException busy(String message) {
        return new ApiException(429, "rate_limit_error", message, null, "queue_full", RETRY_SECONDS);
    }

    /** 500: not the client's fault. */
    static ApiException internal(String message) {
        return new ApiException(500, "server_error", message, null, null, NO_RETRY);
    }

    /**
     * 500: what came of it.
     *
     * @param what ends in a colon and a blank; the failure's own words follow, or, where there is no memory for these, none
     */
    static ApiException failed(String what, Throwable failure) {
        try {
            return internal(what + failure.getMessage());
        } catch (OutOfMemoryError more) {
            return WITHOUT_WORDS;
        }
    }

    /** 503. */
    static ApiException stopping() {
        return new ApiException(503, "server_error", "the server is being stopped", null, "stopping", RETRY_SECONDS);
    }

    /** 503: bodies of others fill what there is for them. */
    static ApiException noRoom() {
        return new ApiException(
                503,
                "server_error",
                "there is no memory for this body beside those of other requests: try again later",
                null,
                "no_memory",
                RETRY_SECONDS);
    }

    /** 504. */
    static ApiException timeout(long seconds) {
        return new ApiException(
                504,
                "timeout_error",
                "the answer was not complete within " + seconds + " s: ask for fewer tokens or try again later",
                null,
                "timeout",
                NO_RETRY);
    }

    /** Methods that are taken instead; null where the method was not the trouble. */
    String allowed() {
        return allowed;
    }

    int status() {
        return status;
    }

    /** Seconds after which to try again; negative where that is of no use. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** {@code {"error": {"message", "type", "param", "code"}}}. */
    ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("error")
                .put("message", getMessage())
                .put("type", type)
                .put("param", param)
                .put("code", code);
        return body;
    }
}
