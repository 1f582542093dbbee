package org.weft.parameterserver;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Service;
import org.weft.parameterserver.reduce.LaneReducer;
import org.weft.parameterserver.shard.ParameterShard;

/** What workers and backups ask of a server; a method a message, no arithmetic. */
final class RequestHandler implements Service {
    private final ParameterShard shard;
    private final LaneReducer reducer;

    RequestHandler(ParameterShard shard, LaneReducer reducer) {
        this.shard = shard;
        this.reducer = reducer;
    }

    @Override
    public CompletableFuture<Message> receive(Message request) {
        if (request instanceof Message.AwaitParameters await) {
            return shard.await(await);
        }
        if (request instanceof Message.AwaitMomentChecksums await) {
            return shard.await(new Message.AwaitParameters(
                            await.generation(), await.step(), shard.range().end() - 1))
                    .thenApply(reply -> reply instanceof Message.ParametersReady ? momentChecksums(await) : reply);
        }
        return CompletableFuture.completedFuture(new Message.Refused(
                "not a request to a server: " + request.getClass().getSimpleName()));
    }

    /** There are none of a version that an update has left behind. */
    private Message momentChecksums(Message.AwaitMomentChecksums await) {
        return shard.isAt(await.step())
                ? new Message.Checksums(shard.momentChecksums())
                : new Message.Refused("stale request: " + await);
    }

    @Override
    public BucketSink openPush(BucketHeader header) {
        return reducer.open(header);
    }

    @Override
    public ByteBuffer openPull(BucketKey key) {
        return shard.bytes(key);
    }
}
