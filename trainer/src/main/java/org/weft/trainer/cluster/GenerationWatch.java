package org.weft.trainer.cluster;

import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Service;

/** Stands before the coordinator and tells of each generation that shards report to have loaded. */
record GenerationWatch(Service coordinator, IntConsumer loaded) implements Service {
    @Override
    public CompletableFuture<Message> receive(Message request) {
        if (request instanceof Message.ShardLoaded report) {
            loaded.accept(report.generation());
        }
        return coordinator.receive(request);
    }
}
