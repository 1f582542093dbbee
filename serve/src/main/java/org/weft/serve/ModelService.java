package org.weft.serve;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * What the server's model does with requests. Methods that answer never block: they throw, or the answer comes from the
 * model's thread. Safe for use by many threads.
 */
interface ModelService extends AutoCloseable {

    ServedModel model();

    /** Whose thread has the model. */
    ModelThread<?> thread();

    /** Opens the model; returns when it is ready. */
    default void start() throws InterruptedException {
        thread().start();
    }

    /** What {@code POST /v1/completions} asks for. */
    void complete(JsonFields fields, Answer answer);

    /** What {@code POST /v1/chat/completions} asks for. */
    void chat(JsonFields fields, Answer answer);

    /** What {@code POST /classify} asks for. */
    void classify(JsonFields fields, Answer answer);

    /** Completes exceptionally when the thread fails for good. */
    default CompletableFuture<Void> ended() {
        return thread().ended();
    }

    /** Takes no more requests and waits for those at hand; false where some were not done by then. */
    default boolean drain(Duration limit) throws InterruptedException {
        return thread().drain(limit);
    }

    /** Fails what is still at hand and ends the thread; the model's tokenizer stays, for requests that are being read. */
    @Override
    default void close() {
        thread().close();
    }
}
