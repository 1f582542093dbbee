package org.weft.parameterserver.replication;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.Threads;
import org.weft.core.lanes.TreeNode;
import org.weft.core.protocol.Address;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.ParameterVersion;
import org.weft.core.transport.Deadline;
import org.weft.core.transport.Link;
import org.weft.core.transport.Transport;
import org.weft.parameterserver.reduce.LaneReducer;
import org.weft.parameterserver.shard.ParameterShard;

/**
 * Passes each complete sum on to the shard's backups, which take it as the one push of the lane tree's root. Replicating
 * after aggregation costs a shard's size a step, however many workers there are (Li et al. 2014, "Scaling Distributed
 * Machine Learning with the Parameter Server", section 4.3).
 *
 * <p>The coordinator decides on a step only when the backup, too, has reported its sums: nobody waits here for an
 * acknowledgement. A push that fails is repeated while its step is at hand. One thread and one bucket of memory; safe for
 * use by many threads.
 */
public final class BackupFeed implements LaneReducer.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackupFeed.class);
    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final Transport transport;
    private final Threads threads;
    private final ParameterShard shard;
    private final Duration patience;
    private final LaneReducer.Listener next;
    private final TreeNode root;
    private final ExecutorService thread;
    private final Map<Address, Link> links = new HashMap<>();
    private volatile List<Address> backups = List.of();
    private volatile int earliest;
    private volatile LaneReducer sums;
    private ByteBuffer staging;
    private Message.AwaitParameters seen;

    /**
     * @param patience for one answer of a backup
     * @param next told of whole steps
     */
    public BackupFeed(
            Transport transport,
            Threads threads,
            ParameterShard shard,
            int lanes,
            Duration patience,
            LaneReducer.Listener next) {
        this.transport = transport;
        this.threads = threads;
        this.shard = shard;
        this.patience = patience;
        this.next = next;
        this.root = new TreeNode(Integer.numberOfTrailingZeros(lanes), 0);
        this.thread = threads.single("weft-backup-feed");
    }

    /** Where sums come from; to be called once, before the first. */
    public void attach(LaneReducer reducer) {
        sums = reducer;
    }

    /**
     * From the next sum on they go to these servers, and to no other.
     *
     * @param version that they have at least before they take any
     */
    public void passTo(Address[] targets, int version) {
        backups = List.of(targets);
        earliest = version;
    }

    @Override
    public void reduced(int generation, int step, double[] squares) {
        next.reduced(generation, step, squares);
    }

    @Override
    public void bucketReduced(int generation, int step, int bucket) {
        if (!backups.isEmpty()) {
            thread.execute(() -> passToAll(generation, step, bucket));
        }
    }

    private void passToAll(int generation, int step, int bucket) {
        try {
            for (Address backup : backups) {
                pass(backup, generation, step, bucket);
            }
        } catch (InterruptedIOException closing) {
            LOG.debug("the feed is closed", closing);
        }
    }

    private void pass(Address backup, int generation, int step, int bucket) throws InterruptedIOException {
        long pause = FIRST_PAUSE_MILLIS;
        while (backups.contains(backup) && sums.isAt(generation, step)) {
            try {
                push(backup, generation, step, bucket);
                return;
            } catch (IOException e) {
                LOG.info("sum of bucket {} of step {} to {}: {}; trying again", bucket, step, backup, e.getMessage());
                disconnect(backup);
                threads.pause(pause, "the backup's feed");
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    private void push(Address backup, int generation, int step, int bucket) throws IOException {
        Link link = connected(backup);
        awaitStep(backup, link, generation, step);
        ByteBuffer bytes = staging(bucket);
        if (!sums.copySum(generation, step, bucket, bytes)) {
            return;
        }
        ByteBuffer data = bytes.slice();
        BucketHeader header = new BucketHeader(
                generation, step, root, bucket, data.capacity() / Float.BYTES, BucketHeader.checksum(data));
        Deadline.in(threads, patience).await(link.push(header, data), "the backup at " + backup);
    }

    /** A backup whose oldest open step this one lies too far ahead of would refuse the sum. */
    private void awaitStep(Address backup, Link link, int generation, int step) throws IOException {
        ParameterVersion oldest = shard.oldest(step);
        Message.AwaitParameters here = new Message.AwaitParameters(
                generation,
                Math.max(earliest, oldest.step()),
                shard.range().end() - 1,
                oldest.part(),
                BucketCodec.F32.name());
        if (here.equals(seen) && backups.size() == 1) {
            return;
        }
        Deadline.in(threads, patience).await(link.call(here), "step " + step + " of the backup at " + backup);
        seen = here;
    }

    private ByteBuffer staging(int bucket) {
        int bytes = sums.length(bucket) * Float.BYTES;
        if (staging == null || staging.capacity() < bytes) {
            staging = ByteBuffer.allocateDirect(bytes);
        }
        return staging;
    }

    private Link connected(Address backup) throws IOException {
        Link link = links.get(backup);
        if (link == null || !link.isOpen()) {
            link = transport.connect(backup);
            links.put(backup, link);
        }
        return link;
    }

    private void disconnect(Address backup) {
        seen = null;
        Link link = links.remove(backup);
        if (link != null) {
            link.close();
        }
    }

    @Override
    public void close() {
        backups = List.of();
        thread.shutdownNow();
    }
}
