package org.weft.parameterserver.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.weft.core.optim.StateVector;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Link;
import org.weft.parameterserver.shard.ParameterShard;

/**
 * Brings a backup up: copies parameters and moments of one version from the server that has the shard, bucket by bucket,
 * and compares every checksum with the source's. No update is decided meanwhile, so that the version does not pass.
 *
 * @param shard to be filled
 * @param source the server with the state
 */
public record ShardCopy(ParameterShard shard, Link source) {

    /**
     * Copies the state of a version; returns when all of it is here. Nothing is published.
     *
     * @throws IOException where the source goes away, has gone on, or sends what does not match its checksums
     */
    public void run(int generation, int step, Deadline deadline) throws IOException {
        BucketRange range = shard.range();
        if (range.count() == 0) {
            return;
        }
        int[] parameters = awaitAll(generation, step, range, deadline);
        for (int bucket = range.first(); bucket < range.end(); bucket++) {
            copy(generation, step, bucket, parameters[bucket - range.first()], deadline);
        }
        Message.Checksums checksums =
                deadline.await(source.call(new Message.AwaitMomentChecksums(generation, step)), "moments of " + source);
        int[] copied = shard.momentChecksums();
        for (int i = 0; i < copied.length; i++) {
            requireSame(
                    shard.parts().get(i % shard.parts().size()) + " of bucket "
                            + (range.first() + i / shard.parts().size()),
                    copied[i],
                    checksums.values()[i]);
        }
    }

    /** Waits for the version, which the source may still be computing; returns the parameters' checksums. */
    private int[] awaitAll(int generation, int step, BucketRange range, Deadline deadline) throws IOException {
        Message.AwaitParameters last = new Message.AwaitParameters(generation, step, range.end() - 1);
        deadline.await(source.call(last), "step " + step + " of " + source);
        Message.AwaitParameters all = new Message.AwaitParameters(generation, step, range.first());
        Message.ParametersReady ready = deadline.await(source.call(all), "step " + step + " of " + source);
        if (ready.endBucket() == range.end()) {
            return ready.checksums();
        }
        throw new IOException("step " + step + " of " + source + ": " + ready);
    }

    private void copy(int generation, int step, int bucket, int checksum, Deadline deadline) throws IOException {
        ByteBuffer weights = shard.weights(bucket);
        List<CompletableFuture<Void>> pulls = new ArrayList<>();
        pulls.add(source.pull(new BucketKey(generation, step, bucket), weights.duplicate()));
        List<ByteBuffer> moments = new ArrayList<>();
        for (StateVector part : shard.parts()) {
            ByteBuffer moment = ByteBuffer.allocate(weights.capacity());
            moments.add(moment);
            pulls.add(source.pull(new BucketKey(generation, step, bucket, part), moment.duplicate()));
        }
        for (CompletableFuture<Void> pull : pulls) {
            deadline.await(pull, "bucket " + bucket + " of " + source);
        }
        requireSame("bucket " + bucket, BucketHeader.checksum(weights), checksum);
        for (int i = 0; i < moments.size(); i++) {
            shard.putMoment(bucket, shard.parts().get(i), moments.get(i));
        }
    }

    private void requireSame(String what, int actual, int expected) throws IOException {
        if (actual != expected) {
            throw new IOException("copy of " + what + " from " + source + " is damaged: checksum="
                    + Integer.toHexString(actual) + " expected=" + Integer.toHexString(expected));
        }
    }
}
