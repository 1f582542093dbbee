package org.weft.driver.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;

class MemoryModelTest {
    private static final long MIB = 1L << 20;

    @Test
    void aWorkerHoldsTwoVectorsAndItsActivations() {
        WorkerMemory worker = model().worker();
        long vector = 4 * parameters();
        assertThat(worker.parameters()).isEqualTo(vector);
        assertThat(worker.gradients()).isEqualTo(vector);
        assertThat(worker.shadow()).isZero();
        assertThat(worker.laneSums()).isZero();
        assertThat(worker.head()).isEqualTo(32 * MIB);
        // 6 blocks of 16 D floats for each of 2048 tokens, and a quarter of a block's besides.
        long floats = 2048L * 384 * 16 * 6;
        assertThat(worker.activations()).isBetween(4 * floats, 4 * floats * 5 / 4);
    }

    @Test
    void lanesOfOneWorkerAreSummedInAsManyVectorsAsTheTreeIsHigh() {
        long vector = 4 * parameters();
        assertThat(model("training.lanes=8", "training.micro_batch=2").worker().laneSums())
                .isEqualTo(2 * vector);
        assertThat(model("training.lanes=8", "training.micro_batch=2", "cluster.workers=1")
                        .worker()
                        .laneSums())
                .isEqualTo(3 * vector);
        // Lanes 0-1, 2-4 and 5-7: no one sums more than two neighbours.
        assertThat(model("training.lanes=8", "training.micro_batch=2", "cluster.workers=3")
                        .worker()
                        .laneSums())
                .isEqualTo(vector);
    }

    @Test
    void recomputationKeepsTheInputsAlone() {
        long all = model().worker().activations();
        long few = model("training.recompute=true").worker().activations();
        assertThat(few).isLessThan(all * 2 / 5);
    }

    @Test
    void aGpuHoldsTheReplicaAndTheHostItsTwins() {
        WorkerMemory worker = model("cluster.device=cuda").worker();
        assertThat(worker.pinned()).isEqualTo(8 * parameters());
        assertThat(worker.host()).isEqualTo(8 * parameters());
        assertThat(worker.replica()).isGreaterThan(worker.pinned());
    }

    @Test
    void aServerHoldsItsPartAndTheLargestCounts() {
        ServerMemory server = model().server(1L << 30);
        // 13.9 million parameters in 14 buckets: 7 of them are a server's.
        assertThat(server.elements()).isEqualTo(7L << 20);
        assertThat(server.weights()).isEqualTo(28 * MIB);
        assertThat(server.moments()).isEqualTo(56 * MIB);
        assertThat(server.sums()).isEqualTo(56 * MIB);
        assertThat(server.snapshot()).isEqualTo(84 * MIB);
        assertThat(server.unusable()).isEqualTo(7 * 7 * MIB);
        assertThat(server.heap()).isEqualTo((56 + 56 + 84 + 49) * MIB);
    }

    /** The token embedding is three buckets, which arrive where they are to be; the others have positions, norms and factors. */
    @Test
    void parametersThatComeRoundedAreBesideTheFloats() {
        String[] plain = {"training.precision=bf16", "sync.parameters=f32"};
        MemoryModel rounded = model("training.precision=bf16");
        long wide = 4 * 384 * (256 + 2 * (2 * 6 + 1)); // positions and norms
        long narrow = 2 * (parameters() - 384 * (8192 + 256 + 2 * (2 * 6 + 1)));
        assertThat(rounded.worker().exchange()).isEqualTo(wide + narrow);
        assertThat(model(plain).worker().exchange()).isZero();
        assertThat(model("training.precision=bf16", "sync.delay=1").worker().exchange())
                .isEqualTo(2 * 4 * parameters() + 3 * 4 * MIB + wide + narrow);
        // The second server has nothing but blocks.
        assertThat(rounded.server(1L << 30).weights()).isBetween(40 * MIB, 42 * MIB);
        assertThat(model(plain).server(1L << 30).weights()).isEqualTo(28 * MIB);
    }

    /** Of two versions what is predicted, the newest as it is, and on the heap what was predicted before it. */
    @Test
    void predictedParametersAreBesideTheNewest() {
        long plain = 28 * MIB;
        ServerMemory late =
                model("sync.delay=1", "sync.weight_prediction=false").server(1L << 30);
        ServerMemory predicted = model("sync.delay=1").server(1L << 30);
        assertThat(late.weights()).isEqualTo(2 * plain);
        assertThat(predicted.weights()).isEqualTo(3 * plain);
        assertThat(predicted.heap()).isEqualTo(late.heap());
    }

    @Test
    void anOptimizerWithoutStateKeepsWeightsAlone() {
        ServerMemory server = model("training.optimizer=sgd").server(1L << 30);
        assertThat(server.moments()).isZero();
        assertThat(server.snapshot()).isEqualTo(28 * MIB);
        assertThat(model("training.optimizer=nesterov").server(1L << 30).moments())
                .isEqualTo(28 * MIB);
    }

    /** Matrices of the blocks are most of the work and are spread by it; the largest is (384, 1536). */
    @Test
    void aServerThatMovesMatricesHasRoomForItsLargest() {
        ServerMemory server = model("training.optimizer=muon").server(1L << 30);
        assertThat(server.workSpace()).isEqualTo(2 * 4 * (384 * 1536 + 384 * 384));
        assertThat(server.staging()).isZero();
        assertThat(server.direct()).isEqualTo(server.weights() + server.workSpace());
        assertThat(server.moments()).isEqualTo(2 * 4 * server.elements());
        assertThat(model().server(1L << 30).workSpace()).isZero();
        MemoryModel wide = model("training.optimizer=muon", "model.width=768", "model.heads=12");
        ServerMemory wider = wide.server(1L << 30);
        assertThat(wider.staging()).isEqualTo(2 * 4 * MIB); // (768, 3072) is in three buckets
        long without = 2 * 4 * wider.elements() - wider.moments(); // of full buckets of one matrix the second moment
        assertThat(without).isPositive().isEqualTo(without / (4 * MIB) * 4 * MIB);
        assertThat(wider.snapshot()).isEqualTo(3 * 4 * wider.elements() - without);
    }

    /** Velocity and two means; three sums; a worker has its lane's vectors, and the means that it begins with. */
    @Test
    void keptMomentsAreCounted() {
        String[] keep = {"sync.mode=local", "checkpoint.every=50", "training.eval_every=50"};
        MemoryModel kept = model(keep);
        assertThat(kept.server(1L << 30).moments()).isEqualTo(3 * 28 * MIB);
        assertThat(kept.server(1L << 30).sums())
                .isEqualTo(3 * model().server(1L << 30).sums());
        long vector = kept.worker().gradients();
        assertThat(kept.worker().laneState()).isEqualTo(4 * vector);
        MemoryModel reset = model(Stream.concat(Stream.of(keep), Stream.of("sync.inner_state=reset"))
                .toArray(String[]::new));
        assertThat(reset.server(1L << 30).moments()).isEqualTo(28 * MIB);
        assertThat(reset.worker().laneState()).isEqualTo(2 * vector);
    }

    @Test
    void manyWorkersMayPushABucketAtOnce() {
        ServerMemory server = model("training.lanes=16", "training.micro_batch=1", "cluster.workers=16")
                .server(1L << 30);
        assertThat(server.sums()).isEqualTo(5 * 28 * MIB);
        assertThat(server.sumsAtWorst()).isEqualTo(16 * 28 * MIB);
    }

    @Test
    void moreServersThanBucketsLeaveSomeWithoutAny() {
        MemoryModel model = model("model.width=48", "model.layers=2", "cluster.servers=4");
        assertThat(model.server(1L << 30).elements()).isLessThan(1 << 20);
    }

    @Test
    void anExecutorThatIsTooSmallIsNamedWithItsNumbers() {
        ExecutorMemory executor = model("cluster.servers=1").executor(1, 1, 300 * MIB);
        assertThat(executor.lack())
                .isEqualTo("too little memory: an executor has a heap of 300 MiB; its share of the servers needs "
                        + (executor.heapNeeded() >> 20) + " MiB of heap, and " + (executor.direct() >> 20)
                        + " MiB of direct memory go with its workers and servers");
        assertThat(model().executor(1, 1, 1L << 30).lack()).isNull();
    }

    /** Its parameters, a block of its own, and what becomes of both models' logits; no gradients. */
    @Test
    void aTeacherIsHeldWithoutGradients() {
        ModelShape teacher = shape("model.layers=12");
        WorkerMemory alone = model().worker();
        WorkerMemory taught = new MemoryModel(shape(), config(), teacher).worker();
        long vector = 4 * teacher.layout().size();
        assertThat(alone.teacher()).isZero();
        assertThat(taught.teacher() - vector - 7 * taught.head()).isBetween(1L, taught.activations() / 2);
        assertThat(taught.replica() - alone.replica()).isEqualTo(taught.teacher());
        String bf16 = "training.precision=bf16";
        long rounded =
                new MemoryModel(shape(bf16), config(bf16), teacher).worker().teacher();
        assertThat(rounded).isBetween(vector * 3 / 2, taught.teacher() + vector);
        String cuda = "cluster.device=cuda";
        assertThat(new MemoryModel(shape(cuda), config(cuda), teacher).worker().pinned())
                .isEqualTo(model(cuda).worker().pinned() + vector);
    }

    @Test
    void anExecutorHasItsEvenShareOfTheTasksRoundedUp() {
        ExecutorMemory executor = model(
                        "cluster.workers=3", "servers.replicas=2", "training.lanes=4", "training.micro_batch=4")
                .executor(2, 1L << 30);
        assertThat(executor.workers()).isEqualTo(2);
        assertThat(executor.servers()).isEqualTo(2);
        assertThat(executor.resident()).isEqualTo(executor.heap() + executor.overhead());
    }

    private static long parameters() {
        return shape().layout().size();
    }

    private static ModelShape shape(String... settings) {
        return new ModelShape(config(settings).model(), 8192);
    }

    private static MemoryModel model(String... settings) {
        return new MemoryModel(shape(settings), config(settings));
    }

    /** The compare configuration. */
    private static WeftConfig config(String... settings) {
        String yaml = """
                run: {dir: unused}
                cluster: {workers: 2, servers: 2, device: cpu, executor_memory: 1g}
                model: {layers: 6, width: 384, heads: 6, context: 256}
                training: {global_batch: 16, micro_batch: 8, lanes: 2}
                """;
        return ConfigLoader.load("test", yaml, List.of(settings));
    }
}
