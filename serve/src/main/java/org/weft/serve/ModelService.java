package org.weft.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What one of the server's models does with requests. Methods that answer never block: they throw, or the answer comes
 * from the model's thread. Safe for use by many threads.
 */
interface ModelService extends AutoCloseable {

    ServedModel model();

    /** Whose thread has the model. */
    ModelThread<?> thread();

    /** Opens the model; returns when it is ready. */
    default void start() throws InterruptedException {
        thread().start();
    }

    /** Paths that it answers. */
    List<String> endpoints();

    /** Adds what is to be known of the model beside its name. */
    void describe(ObjectNode served);

    /**
     * Answers what was posted.
     *
     * @param endpoint one of {@link Endpoints#OF_MODELS}
     * @throws ApiException for what this model does not do
     */
    void answer(String endpoint, JsonFields fields, Answer answer);

    /** 404: the endpoint is another kind of model's. */
    static ApiException absent(ModelService service, String endpoint, String because) {
        return ApiException.notFound(
                null,
                service.model().name() + " has no " + endpoint + ": " + because + "; post to "
                        + String.join(" or ", service.endpoints()),
                "endpoint_not_served");
    }

    /** Whether the thread has ended, however. Leaves nothing behind, however often it is asked. */
    default boolean hasEnded() {
        return thread().hasEnded();
    }

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
