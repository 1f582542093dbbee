package org.weft.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.transport.Deadline;

/**
 * Memory that a gradient is sent from while the one that it was made of is used again: for each turn the encoded bytes of all
 * buckets, in direct memory. A turn's memory is used again once the servers have what was sent from it. Owned by the worker's
 * thread.
 */
final class SendMemory {
    private final ParameterLayout layout;
    private final BucketCodec codec;
    /** By turn and bucket; null until it is first used. */
    private final ByteBuffer[][] bytes;
    /** What was sent, by turn. */
    private final List<List<CompletableFuture<Void>>> sent = new ArrayList<>();

    private int turn;

    /**
     * @param turns gradients that may be on their way at once
     */
    SendMemory(ParameterLayout layout, BucketCodec codec, int turns) {
        this.layout = layout;
        this.codec = codec;
        this.bytes = new ByteBuffer[turns][layout.bucketCount()];
        for (int i = 0; i < turns; i++) {
            sent.add(new ArrayList<>());
        }
    }

    /** Starts a gradient. Waits until what was sent from the memory that it will have is acknowledged, or has failed. */
    void next(Deadline deadline) throws IOException {
        turn = (turn + 1) % bytes.length;
        for (CompletableFuture<Void> push : sent.get(turn)) { // What failed is whoever's who reports it.
            deadline.await(
                    push.handle((nothing, failure) -> null), "the servers' acknowledgement of earlier gradients");
        }
        sent.get(turn).clear();
    }

    /** The bytes of a bucket, as they are to be sent. */
    ByteBuffer encode(Bucket bucket, ByteBuffer floats, long draw) {
        ByteBuffer spare = bytes[turn][bucket.index()];
        if (spare == null) {
            spare = ByteBuffer.allocateDirect(codec.bytes(bucket.length()));
            bytes[turn][bucket.index()] = spare;
        }
        ByteBuffer encoded = codec.encode(floats, draw, spare);
        if (encoded != spare) {
            spare.clear().put(encoded.duplicate().clear());
        }
        return spare.clear();
    }

    /** A bucket of the gradient at hand is on its way. */
    void sent(CompletableFuture<Void> push) {
        sent.get(turn).add(push);
    }

    /** Drops everything in the middle. Memory that may still be read is left to the garbage collector. */
    void abandon() {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = new ByteBuffer[layout.bucketCount()];
            sent.get(i).clear();
        }
    }
}
