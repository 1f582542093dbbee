package org.weft.driver.plan;

import java.util.List;
import org.apache.spark.network.util.JavaUtils;
import org.weft.core.config.ClusterConfig.Device;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.config.TrainingConfig.Quantization;
import org.weft.core.config.WeftConfig;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.lanes.TreeNode;
import org.weft.core.model.ModelShape;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.optim.Optimizer;
import org.weft.core.params.Bucket;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.LayoutCodec;

/**
 * The memory of a run by role, by arithmetic from its configuration. docs/decisions/0012-plan.md says where the constants
 * come from.
 */
public final class MemoryModel {
    private static final long MEBIBYTE = 1L << 20;

    /**
     * Resident bytes of an executor that computes nothing yet, beside its heap: the JVM's own (classes, code, threads),
     * Spark's and Hadoop's classes, the touched part of libtorch and of OpenBLAS's buffers, Netty's. Measured.
     */
    static final long EXECUTOR_BASE = 480 * MEBIBYTE;

    /** Heap that Spark, the network's messages and Weft's small objects take. */
    static final long HEAP_BASE = 192 * MEBIBYTE;

    /** OutputHead's buffer of logits, however large the vocabulary. */
    private static final long HEAD_BYTES = 32 * MEBIBYTE;

    /** Tensors as large as the head's buffer while a teacher's tokens are compared: counted. */
    private static final int TAUGHT_LOGITS = 7;

    /** Buckets that a streaming worker has on their way, each way. */
    private static final long STREAMED_BUCKETS = 16;

    private static final int GPT2_VOCABULARY = 50_257;

    private final WeftConfig config;
    private final ModelShape shape;
    private final ParameterLayout layout;
    private final LaneShares shares;
    /** Of vectors that are pushed beside gradients. */
    private final LaneShares innerShares;

    private final int inner;
    private final ModelShape teacher; // null for none

    public MemoryModel(ModelShape shape, WeftConfig config) {
        this(shape, config, null);
    }

    /** @param teacher that workers learn from; null for none */
    public MemoryModel(ModelShape shape, WeftConfig config, ModelShape teacher) {
        this.teacher = teacher;
        this.config = config;
        this.shape = shape;
        this.layout = MuonMatrices.served(config, shape.layout());
        this.shares = LaneShares.of(config);
        this.innerShares = LaneShares.of(config, false);
        this.inner = Optimizer.innerState(config).size();
    }

    /** The vocabulary before there is a corpus: of a tokenizer from a file, what tokenizer.vocab_size says. */
    public static int expectedVocabulary(WeftConfig config) {
        return config.tokenizer().kind() == TokenizerConfig.Kind.GPT2
                ? GPT2_VOCABULARY
                : config.tokenizer().vocabSize();
    }

    /** The heap that executors are given where Weft starts Spark itself. */
    public long executorHeap() {
        return JavaUtils.byteStringAsBytes(config.cluster().executorMemory());
    }

    /** One worker; the one with the most lanes. */
    public WorkerMemory worker() {
        return config.cluster().streamed() ? streamedWorker() : wholeWorker();
    }

    /** Embeddings, one block and what comes after the blocks, what is sent for and what is on its way to the servers. */
    private WorkerMemory streamedWorker() {
        StreamedRanges ranges = StreamedRanges.of(shape);
        long held = ranges.held() * Float.BYTES;
        boolean bf16 = config.training().precision() == Precision.BF16;
        int sequences = config.sequencesOfExample() * config.training().microBatch();
        long all = (long) shares.mostLanes() * config.training().laneBatch() * config.sequencesOfExample();
        long activations = Activations.of(shape, config).streamedBytes(shape, all, sequences);
        long bucket = Math.min(Bucket.ELEMENTS, layout.size()) * Float.BYTES;
        long arriving = Math.max(STREAMED_BUCKETS, ranges.block() * Float.BYTES / bucket + 2);
        long buckets = Math.min(arriving, layout.bucketCount())
                + Math.min(STREAMED_BUCKETS, layout.bucketCount())
                + shares.mostPushes();
        long kept = shares.keptSums() * (ranges.longest() * Float.BYTES + bucket);
        return new WorkerMemory(
                held,
                held,
                quantizes() ? 2 * held : bf16 ? held : 0,
                activations,
                bf16 ? 2 * logits(sequences) : logits(sequences),
                kept,
                buckets * bucket,
                0,
                0,
                0);
    }

    /** Whether products take a second copy of parameters and gradients, in float32. */
    private boolean quantizes() {
        return config.training().quantization() != Quantization.NONE;
    }

    private long logits(int sequences) {
        long rows = (long) sequences * shape.config().context();
        return Math.max(1, Math.min(rows, HEAD_BYTES / (4L * shape.vocabSize()))) * 4L * shape.vocabSize();
    }

    private WorkerMemory wholeWorker() {
        long vector = layout.size() * Float.BYTES;
        long frozen = shape.adapted().frozen().size() * Float.BYTES;
        boolean cuda = config.cluster().device() == Device.CUDA;
        boolean bf16 = config.training().precision() == Precision.BF16;
        int sequences = config.sequencesOfExample() * config.training().microBatch();
        long activations = Activations.of(shape, config)
                .peakBytes(shape, sequences, config.training().recompute());
        long logits = logits(sequences);
        return new WorkerMemory(
                vector + frozen,
                vector,
                quantizes() ? 2 * vector : bf16 ? vector + frozen / 2 : 0,
                activations,
                bf16 ? 2 * logits : logits,
                (shares.keptSums() + inner * innerShares.keptSums()) * vector,
                exchangeBytes(),
                laneState(),
                cuda ? 2 * vector + frozen + teacherVector() : 0,
                teacher == null ? 0 : teacherBytes(sequences, logits));
    }

    private long teacherVector() {
        return teacher == null
                ? 0
                : Float.BYTES
                        * (teacher.layout().size() + teacher.adapted().frozen().size());
    }

    /** Its parameters, rounded ones too; what a block of it takes; logits of both models and what becomes of them. */
    private long teacherBytes(int sequences, long logits) {
        boolean bf16 = config.training().precision() == Precision.BF16;
        long passing =
                Activations.of(teacher, config.withModel(teacher.config())).forwardBytes(sequences);
        boolean tokens = config.finetune().generative();
        return (bf16 ? teacherVector() * 3 / 2 : teacherVector()) + passing + (tokens ? TAUGHT_LOGITS * logits : 0);
    }

    /**
     * Of gradients that are encoded, or sent while the next are computed, of parameters that are fetched ahead, and of those that a
     * round of local steps began with, or of a lane's sum of clipped gradients.
     */
    private long exchangeBytes() {
        BucketCodecs codecs = BucketCodecs.of(config, layout);
        int delay = config.sync().delay();
        long sent = delay > 0 || codecs.gradients().lossy()
                ? (1 + delay) * codecs.gradients().bytes(layout)
                : 0;
        boolean beside = config.sync().local() || config.privacy().active();
        long start = beside ? layout.size() * Float.BYTES : 0;
        LayoutCodec pulled = codecs.parameters();
        return sent
                + (delay > 0
                        ? pulled.bytes(layout)
                        : pulled.bytesBeside(
                                layout, RangePartitioner.of(layout, 1).range(0)))
                + start;
    }

    /** What the optimizer keeps of a lane that takes steps of its own, and the means that it begins with where there are. */
    private long laneState() {
        int vectors = Optimizer.of(config.training()).state().size();
        return config.sync().local() ? (vectors + inner) * layout.size() * Float.BYTES : 0;
    }

    /** One copy of the largest shard. */
    public ServerMemory server(long heapBytes) {
        return new ShardMemory(config, layout, shares, innerShares).server(heapBytes);
    }

    /** An executor that runs so many tasks. */
    public ExecutorMemory executor(int workers, int servers, long heapBytes) {
        WorkerMemory worker = worker();
        ServerMemory server = server(heapBytes);
        return new ExecutorMemory(
                workers,
                servers,
                heapBytes,
                HEAP_BASE + servers * server.heap(),
                workers * worker.direct() + servers * server.direct(),
                workers * worker.hostNative(),
                EXECUTOR_BASE);
    }

    /** An executor with its even share of all tasks, rounded up. */
    public ExecutorMemory executor(int executors, long heapBytes) {
        int workers = (config.cluster().workers() + executors - 1) / executors;
        int servers = (config.serverTasks() + executors - 1) / executors;
        return executor(workers, servers, heapBytes);
    }

    /**
     * How the lane tree is spread over the workers.
     *
     * @param mostLanes of one worker
     * @param keptSums vectors that a worker keeps for sums that wait: the highest node of the tree that it sums itself
     * @param pushes nodes that all workers together push of each bucket
     * @param mostPushes nodes that one worker pushes of each bucket
     */
    public record LaneShares(int mostLanes, int keptSums, int pushes, int mostPushes) {

        /** Sums of a bucket on a server where pushes come one after the other: the tree's levels above them, and one. */
        int waitingSums() {
            return 1 + (Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, pushes - 1)));
        }

        /** Of gradients. */
        public static LaneShares of(WeftConfig config) {
            return of(config, BucketCodecs.ofGradients(config.sync()).lossy());
        }

        /**
         * @param lossy whether each lane travels by itself
         */
        static LaneShares of(WeftConfig config, boolean lossy) {
            int total = config.training().lanes();
            int workers = config.cluster().workers();
            int mostLanes = 0;
            int kept = 0;
            int pushes = 0;
            int mostPushes = 0;
            for (int worker = 0; worker < workers; worker++) {
                LaneSpan span = LaneSpan.even(total, workers, worker);
                int nodes = 0;
                for (TreeNode node : lossy ? List.<TreeNode>of() : span.cover()) {
                    kept = Math.max(kept, node.level());
                    nodes++;
                }
                nodes = lossy ? span.count() : nodes;
                mostLanes = Math.max(mostLanes, span.count());
                mostPushes = Math.max(mostPushes, nodes);
                pushes += nodes;
            }
            return new LaneShares(mostLanes, kept, pushes, mostPushes);
        }
    }
}
