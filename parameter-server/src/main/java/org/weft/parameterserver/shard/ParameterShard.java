package org.weft.parameterserver.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.optim.MatrixProducts;
import org.weft.core.optim.Optimizer;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initialization;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketKey;
import org.weft.core.protocol.Message;
import org.weft.core.protocol.ParameterVersion;
import org.weft.core.protocol.PushLayout;

/**
 * Sole owner of the weights and moments of a run of buckets. Weights stand in direct memory, from which pulls are sent
 * without a copy; what the optimizer keeps is on the heap. With N elements of the range that is 4 N bytes direct for each
 * version that is kept (12 N where late gradients are taken at what is predicted), for AdamW 8 N on the heap (12 N where two versions
 * are kept, or lanes' means of its moments beside a velocity), and 4 MiB for staging; where matrices are moved as a whole, staging of the largest and its work space. Where workers do not pull plain float32, each
 * bucket is encoded as it is published, and those bytes are kept beside it.
 *
 * <p>One thread, the server's, initialises, loads, updates and copies. Network threads only read buckets that are
 * published, and nothing changes a published bucket before every lane of its step has come in, that is, before every
 * worker has it.
 */
public final class ParameterShard {
    private final ParameterLayout layout;
    private final BucketRange range;
    private final Optimizer optimizer;
    private final PushLayout pushes;
    private final ShardParts parts;

    private final KeptVersions versions;
    private final List<BucketState> states;
    private final ZeroVectors zeros;
    private final ShardUpdates changes;
    private final PublishedParameters published;
    private final BucketCodecs codecs;
    /** The newest version that there is, or will be once it is loaded; the server's thread's. */
    private int version;

    private int generation;
    /** Updates that led to that version: steps that were not skipped. */
    private int updates;

    /** Of one version at a time, which is pulled as plain float32. */
    public ParameterShard(ParameterLayout layout, BucketRange range, TrainingConfig training) {
        this(PushLayout.ofGradients(layout), range, Optimizer.of(training), KeptVersions.NEWEST, BucketCodecs.plain());
    }

    /**
     * @param pushes what lanes push: of what comes beside gradients the mean is kept
     * @param versions of the parameters that may be pulled
     */
    public ParameterShard(
            PushLayout pushes, BucketRange range, Optimizer optimizer, KeptVersions versions, BucketCodecs codecs) {
        this(pushes, range, optimizer, versions, codecs, MatrixProducts.PLAIN);
    }

    /** @param products of an optimizer that moves matrices */
    public ParameterShard(
            PushLayout pushes,
            BucketRange range,
            Optimizer optimizer,
            KeptVersions versions,
            BucketCodecs codecs,
            MatrixProducts products) {
        this.pushes = pushes;
        this.layout = pushes.layout();
        this.range = range;
        this.codecs = codecs;
        this.optimizer = optimizer;
        this.versions = versions;
        this.parts = new ShardParts(optimizer.state(), pushes.inner(), versions);
        this.zeros = new ZeroVectors(optimizer);
        this.states = new ArrayList<>(range.count());
        for (int index = range.first(); index < range.end(); index++) {
            Bucket bucket = layout.bucket(index);
            states.add(BucketState.of(layout, bucket, optimizer, parts().size(), versions, zeros));
        }
        this.changes = new ShardUpdates(pushes, optimizer, parts, states, products);
        this.published = new PublishedParameters(range, versions, parts.pulled(codecs));
    }

    /** First element's index in the flat vector. */
    public long offset() {
        return range.count() == 0 ? 0 : states.get(0).bucket().offset();
    }

    /** Number of elements. */
    public long length() {
        return states.stream().mapToLong(state -> state.bucket().length()).sum();
    }

    /** Withdraws everything published; parameters of (generation, step) appear when they are loaded. */
    public void beginLoad(int generation, int step) {
        begin(generation, step);
    }

    /** The same, of a copy of another server's state. */
    public void beginCopy(int generation, int step, int updates) {
        begin(generation, step);
        this.updates = updates;
    }

    private void begin(int newGeneration, int newVersion) {
        generation = newGeneration;
        version = newVersion;
        published.begin(newGeneration, newVersion);
    }

    /** The initial parameters, a function of the seed and the element's index alone; moments are zero. */
    public void initialize(long seed) {
        updates = 0;
        for (BucketState state : states) {
            Bucket bucket = state.bucket();
            Initialization.fill(
                    layout,
                    seed,
                    bucket.offset(),
                    state.weights().plain(version).asFloatBuffer());
            state.zeroVectors();
            state.keepAsPrevious(version);
        }
    }

    /**
     * Reads weights and moments of this range from a committed checkpoint. Every file that they come from is compared
     * with its SHA-256 in the manifest as it is read; where one differs this throws, and nothing is published.
     * Where it does not have what the next gradient is taken at, as no checkpoint of step 0 has, that is its weights.
     */
    public void load(CheckpointReader checkpoint) throws IOException {
        List<StateVector> there = parts.in(checkpoint);
        checkpoint.readVerified(offset(), length(), new StoredVectors(layout, range, states, version).sinks(there));
        updates = checkpoint.updates();
        if (there.size() < parts().size()) {
            states.forEach(state -> state.keepAsPrevious(version));
        }
    }

    /** Lets workers pull what was initialised, loaded or copied: the newest version, and what is kept of the one before. */
    public void publishAll() {
        int newest = version;
        if (versions.several() && newest > 0) {
            version = newest - 1;
            published.beginPrevious(generation, version);
            states.forEach(state -> state.restorePrevious(version));
            states.forEach(this::publish);
            begin(generation, newest);
        }
        states.forEach(this::predict);
        states.forEach(this::publish);
    }

    private void predict(BucketState state) {
        if (versions.predicted()) {
            state.predict(optimizer, version, updates, changes.spare());
        }
    }

    private void publish(BucketState state) {
        published.publish(state.bucket().index(), state.publish(version, codecs, parts));
    }

    /**
     * Updates all buckets, and publishes each as it is done; those that a matrix is in that is moved as a whole, when the matrix is.
     *
     * @param sums where the complete sum of a pushed bucket stands
     * @param beforeLast runs when every gradient has been used, before the last bucket is published: from then on
     *     workers may push for the next step
     */
    public void apply(int ofGeneration, ShardUpdate update, IntFunction<float[]> sums, Runnable beforeLast) {
        begin(ofGeneration, update.next());
        updates = update.updates() + 1;
        for (ShardUpdates.Turn turn : changes.turns()) {
            changes.update(turn, update, sums);
            for (BucketState state : turn.states()) {
                if (state.bucket().index() == range.end() - 1) {
                    beforeLast.run();
                }
                predict(state);
                publish(state);
            }
        }
        if (states.isEmpty()) {
            beforeLast.run();
        }
    }

    /** Makes version {@code step} also version {@code next}, without an update. */
    public void skip(int ofGeneration, int step, int next, Runnable beforePublished) {
        begin(ofGeneration, next);
        beforePublished.run();
        for (BucketState state : states) {
            state.weights().carry(step, next);
            state.keepPrevious(step);
            predict(state);
            publish(state);
        }
    }

    /**
     * Publishes the parameters at hand as those of another generation.
     *
     * @throws IllegalStateException where they are of another step
     */
    public void adopt(int generation, int step) {
        if (!published.isVersion(step)) {
            throw new IllegalStateException("cannot go on in generation " + generation + " from step " + step
                    + ": the parameters at hand are " + published);
        }
        begin(generation, step);
        publishAll();
    }

    /** Answers when a bucket of a version may be pulled. */
    public CompletableFuture<Message> await(Message.AwaitParameters request) {
        return published.await(request);
    }

    /**
     * The bytes of a published bucket: what workers pull without a copy, other vectors as a copy.
     *
     * @throws IllegalStateException where the bucket does not have this version
     */
    public ByteBuffer bytes(BucketKey key) {
        if (!published.has(key)) {
            throw new IllegalStateException("not published: " + key);
        }
        return states.get(key.bucket() - range.first()).bytes(key, codecs, parts);
    }

    /** CRC32C of each bucket's vectors of {@link #parts}, bucket by bucket; they change with the next order. */
    public int[] momentChecksums() {
        return states.stream()
                .flatMapToInt(state -> IntStream.range(0, parts().size()).map(state::vectorChecksum))
                .toArray();
    }

    /** What is kept beside the parameters. */
    public List<StateVector> parts() {
        return parts.all();
    }

    /** Where a copy of another shard's parameters is to be written: a bucket's bytes, not published yet. */
    public ByteBuffer weights(int bucket) {
        return states.get(bucket - range.first()).weights().plain(version);
    }

    /** Takes a copy of another shard's moments. */
    public void putMoment(int bucket, StateVector part, ByteBuffer bytes) {
        states.get(bucket - range.first()).putVector(parts.indexOf(part), bytes);
    }

    public BucketRange range() {
        return range;
    }

    /** Whether this is the newest version, and all of it is published. */
    public boolean isAt(int newest) {
        return published.isVersion(newest);
    }

    /** What is there of the oldest version when the newest that is wanted is this one. */
    public ParameterVersion oldest(int newest) {
        return new ParameterVersion(Math.max(0, newest - versions.count() + 1), versions.lasting());
    }

    /** Copies weights and moments, for a checkpoint that is written while training goes on. */
    void copyTo(ShardSnapshot snapshot) {
        for (int i = 0; i < states.size(); i++) {
            BucketState state = states.get(i);
            snapshot.put(i, state.weights().plain(version), state.vectors());
        }
    }

    /** CRC32C that a bucket was published with, by its place in this shard; empty where it does not have this version. */
    OptionalInt publishedChecksum(int generation, int step, int place) {
        return published.checksum(new BucketKey(generation, step, range.first() + place));
    }

    /** Room for {@link #copyTo}. */
    ShardSnapshot snapshot() {
        return ShardSnapshot.of(states, parts().size(), zeros);
    }
}
