package org.weft.serve;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Where the answer to one request goes: either the whole at once, or events one by one. Safe for use by many threads,
 * never blocks; what comes after the end, or after the client has gone, is dropped.
 */
interface Answer {
    /** The whole answer, as JSON. */
    void json(int status, JsonNode body);

    /** The whole answer, as text of some kind. */
    void text(int status, String contentType, String body);

    /** No answer but what may be asked: 204 with the methods of a path. */
    void options(String methods);

    /** The whole answer is an error; of a stream that has begun the last event is. */
    void fail(ApiException failure);

    /** One server-sent event; the first begins the stream, with status 200. */
    void event(String data);

    /** Ends a stream. */
    void endEvents();

    /** When the request was here whole, and those before it on its connection were answered; by {@link System#nanoTime}. */
    long arrivedNanos();

    /** Has {@code action} run once if the client goes before the answer is whole; at once if it has gone. */
    void onGone(Runnable action);
}
