package org.weft.serve;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * What an answer says to a browser of another server's page that may read it (CORS).
 *
 * @param origin of the page
 * @param headers that the page wants to send; null where it does not ask
 */
record CrossOrigin(String origin, String headers) {
    private static final int SECONDS = 600;

    /** On every answer. */
    void of(HttpHeaders answer) {
        answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin).add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    }

    /** On the answer to the question that comes before a request. */
    void ofPreflight(HttpHeaders answer, String methods) {
        answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, methods)
                .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, SECONDS)
                .set("Access-Control-Allow-Private-Network", "true");
        if (headers != null) {
            answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, headers);
        }
    }
}
