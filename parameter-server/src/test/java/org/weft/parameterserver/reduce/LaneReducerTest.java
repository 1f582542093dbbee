package org.weft.parameterserver.reduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.lanes.TreeNode;
import org.weft.core.optim.GradientClip;
import org.weft.core.optim.StateVector;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.PushLayout;
import org.weft.core.transport.Service.BucketSink;

/** Beside the reducer stands the naive tree: each node the sum of its two children, by recursion. */
class LaneReducerTest {
    private static final int LENGTH = 23;
    private static final int GENERATION = 4;
    private static final int STEP = 9;

    private final List<String> reduced = new ArrayList<>();

    @Property(tries = 400)
    void anyCutInAnyOrderGivesTheTreesBits(
            @ForAll @IntRange(max = 6) int depth, @ForAll @IntRange(min = 1, max = 5) int cuts, @ForAll long seed) {
        Random random = new Random(seed);
        int lanes = 1 << depth;
        float[][] gradients = gradients(random, lanes);
        List<TreeNode> nodes = new ArrayList<>();
        for (int cut = 0; cut < cuts; cut++) { // Each cut pushes everything: later ones overlap the earlier.
            int parts = 1 + random.nextInt(lanes + 2);
            for (int part = 0; part < parts; part++) {
                nodes.addAll(LaneSpan.even(lanes, parts, part).cover());
            }
        }
        Collections.shuffle(nodes, random);

        List<double[]> squares = new ArrayList<>();
        LaneReducer reducer =
                new LaneReducer(layout(LENGTH), new BucketRange(0, 1), lanes, (g, s, q) -> squares.add(q));
        reducer.begin(GENERATION, STEP);
        for (TreeNode node : nodes) {
            push(reducer, header(node, 0, sum(gradients, node)), sum(gradients, node), random);
        }
        float[] expected = sum(gradients, new TreeNode(depth, 0));
        assertThat(bits(reducer.sum(0))).isEqualTo(bits(expected));
        assertThat(squares).hasSize(1);
        assertThat(squares.get(0)).containsExactly(GradientClip.sumOfSquares(expected, LENGTH));
    }

    @Test
    void nodesThatCoverKeptOnesReplaceThem() {
        float[][] gradients = gradients(new Random(1), 8);
        LaneReducer reducer = reducer(8);
        for (TreeNode node : new TreeNode[] {
            TreeNode.lane(0),
            TreeNode.lane(2),
            TreeNode.lane(5),
            new TreeNode(1, 1),
            new TreeNode(2, 0),
            TreeNode.lane(3)
        }) {
            push(reducer, node, gradients);
        }
        assertThat(reduced).isEmpty();
        push(reducer, new TreeNode(1, 3), gradients);
        push(reducer, TreeNode.lane(4), gradients);
        assertThat(reduced).containsExactly("4/9");
        assertThat(bits(reducer.sum(0))).isEqualTo(bits(sum(gradients, new TreeNode(3, 0))));
        push(reducer, TreeNode.lane(4), gradients);
        assertThat(reduced).hasSize(1);
    }

    @Test
    void everyBucketIsSummedOnItsOwn() {
        ParameterLayout layout = layout(3 * Bucket.ELEMENTS - 5);
        List<double[]> squares = new ArrayList<>();
        LaneReducer reducer = new LaneReducer(layout, new BucketRange(1, 3), 1, (g, s, q) -> squares.add(q));
        reducer.begin(GENERATION, STEP);
        float[] last = new float[Bucket.ELEMENTS - 5];
        last[0] = 3;
        push(reducer, header(TreeNode.lane(0), 2, last), last, new Random(1));
        assertThat(squares).isEmpty();
        float[] first = new float[Bucket.ELEMENTS];
        first[Bucket.ELEMENTS - 1] = 2;
        push(reducer, header(TreeNode.lane(0), 1, first), first, new Random(1));
        assertThat(squares).hasSize(1);
        assertThat(squares.get(0)).containsExactly(4, 9);
        assertThat(reducer.sum(2)[0]).isEqualTo(3);
        assertThatThrownBy(() -> reducer.open(header(TreeNode.lane(0), 0, first)))
                .hasMessage("pushed bucket is not of this shard: bucket=0 length=1048576 buckets=[1, 3)");
        assertThatThrownBy(() -> reducer.open(header(TreeNode.lane(0), 2, first)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDamagedBucketLeavesNoTrace() {
        float[][] gradients = gradients(new Random(2), 2);
        LaneReducer reducer = reducer(2);
        float[] damaged = gradients[0].clone();
        damaged[7] += 1;
        BucketSink sink = reducer.open(header(TreeNode.lane(0), 0, gradients[0]));
        sink.bytes(bytes(damaged));
        assertThatThrownBy(sink::complete)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pushed bucket is damaged: bucket=0 elements=23 expected=23 checksum=");
        push(reducer, TreeNode.lane(1), gradients);
        assertThat(reduced).isEmpty();
        push(reducer, TreeNode.lane(0), gradients);
        assertThat(bits(reducer.sum(0))).isEqualTo(bits(sum(gradients, new TreeNode(1, 0))));
    }

    @Test
    void aStreamThatBreaksOffLeavesNoTrace() {
        float[][] gradients = gradients(new Random(3), 2);
        LaneReducer reducer = reducer(2);
        BucketSink broken = reducer.open(header(TreeNode.lane(0), 0, gradients[0]));
        broken.bytes(bytes(gradients[0]).limit(50));
        broken.failed(new IllegalStateException("connection reset"));
        broken.failed(null); // As Spark may tell it twice.
        BucketSink tooShort = reducer.open(header(TreeNode.lane(0), 0, gradients[0]));
        tooShort.bytes(bytes(gradients[0]).limit(88));
        assertThatThrownBy(tooShort::complete).hasMessageContaining("elements=22 expected=23");
        push(reducer, TreeNode.lane(1), gradients);
        assertThat(reduced).isEmpty();
        push(reducer, TreeNode.lane(0), gradients);
        assertThat(bits(reducer.sum(0))).isEqualTo(bits(sum(gradients, new TreeNode(1, 0))));
    }

    @Test
    void aBucketThatIsTooLongIsRefused() {
        LaneReducer reducer = reducer(1);
        BucketSink sink = reducer.open(header(TreeNode.lane(0), 0, new float[LENGTH]));
        sink.bytes(ByteBuffer.allocate(91));
        assertThatThrownBy(() -> sink.bytes(ByteBuffer.allocate(2)))
                .hasMessage("pushed bucket too long: bucket=0 bytes>=93 expected=92");
    }

    @Test
    void staleGenerationsAndStepsAheadAreRefusedByName() {
        LaneReducer reducer = reducer(2);
        float[] zero = new float[LENGTH];
        for (int[] key : new int[][] {{3, 9}, {5, 9}, {4, 10}}) {
            BucketHeader header = new BucketHeader(key[0], key[1], TreeNode.lane(0), 0, LENGTH, checksum(zero));
            assertThatThrownBy(() -> reducer.open(header))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "stale push: generation=" + key[0] + " step=" + key[1] + " expected generation=4 step=9");
        }
    }

    @Test
    void aLatePushOfAnEarlierStepIsDropped() {
        float[][] gradients = gradients(new Random(4), 1);
        LaneReducer reducer = reducer(1);
        float[] late = new float[LENGTH];
        push(reducer, new BucketHeader(4, 8, TreeNode.lane(0), 0, LENGTH, checksum(late)), late, new Random(1));
        assertThat(reduced).isEmpty();
        push(reducer, TreeNode.lane(0), gradients);
        assertThat(bits(reducer.sum(0))).isEqualTo(bits(gradients[0]));
    }

    /** Of a step before the first round the gradient is all that is waited for, and all that is taken. */
    @Test
    void whatIsPushedBesideGradientsComesWithTheFirstRound() {
        List<double[]> squares = new ArrayList<>();
        PushLayout pushes = new PushLayout(layout(LENGTH), List.of(StateVector.EXP_AVG), STEP + 1);
        LaneReducer reducer =
                new LaneReducer(pushes, new BucketRange(0, 1), 1, 1, BucketCodecs.plain(), (g, s, q) -> squares.add(q));
        reducer.begin(GENERATION, STEP);
        float[] gradient = gradients(new Random(7), 1)[0];
        assertThatThrownBy(() -> reducer.open(header(TreeNode.lane(0), 1, gradient)))
                .hasMessageStartingWith("pushed bucket is not of this shard: bucket=1");
        push(reducer, header(TreeNode.lane(0), 0, gradient), gradient, new Random(1));
        double square = GradientClip.sumOfSquares(gradient, LENGTH);
        assertThat(squares).containsExactly(new double[] {square, 0});
        reducer.advance(STEP + 1);
        for (int index = 0; index < 2; index++) {
            assertThat(squares).hasSize(1);
            BucketHeader header =
                    new BucketHeader(GENERATION, STEP + 1, TreeNode.lane(0), index, LENGTH, checksum(gradient));
            push(reducer, header, gradient, new Random(1));
        }
        assertThat(squares.get(1)).containsExactly(square, square);
    }

    @Test
    void aPushThatBeganBeforeTheStepEndedIsDropped() {
        float[][] gradients = gradients(new Random(5), 2);
        LaneReducer reducer = reducer(2);
        BucketSink open = reducer.open(header(TreeNode.lane(0), 0, gradients[0]));
        open.bytes(bytes(gradients[0]));
        reducer.begin(5, 9);
        open.complete();
        assertThat(reducer.sum(0)).isNull();
        BucketHeader other = new BucketHeader(5, 9, TreeNode.lane(1), 0, LENGTH, checksum(gradients[1]));
        push(reducer, other, gradients[1], new Random(1));
        assertThat(reduced).isEmpty();
    }

    @Test
    void aNodeOutsideTheTreeIsRefused() {
        float[][] gradients = gradients(new Random(6), 4);
        LaneReducer reducer = reducer(2);
        for (TreeNode node : new TreeNode[] {TreeNode.lane(2), new TreeNode(2, 0), new TreeNode(1, 1)}) {
            BucketSink sink = reducer.open(header(node, 0, gradients[0]));
            sink.bytes(bytes(gradients[0]));
            assertThatThrownBy(sink::complete)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no such node in a tree of 2 lanes: level=" + node.level() + " index=" + node.index());
        }
    }

    @Test
    void aSteadyRunAllocatesNothing() {
        BucketAccumulator accumulator = new BucketAccumulator(2, LENGTH);
        float[] first = accumulator.borrow();
        float[] second = accumulator.borrow();
        for (int step = 0; step < 5; step++) {
            accumulator.begin(1, step);
            accumulator.giveBack(first);
            accumulator.giveBack(second);
            float[] a = accumulator.borrow();
            float[] b = accumulator.borrow();
            assertThat(List.of(System.identityHashCode(a), System.identityHashCode(b)))
                    .containsExactlyInAnyOrder(System.identityHashCode(first), System.identityHashCode(second));
            accumulator.add(new BucketHeader(1, step, TreeNode.lane(1), 0, LENGTH, 0), a);
            assertThat(accumulator.add(new BucketHeader(1, step, TreeNode.lane(0), 0, LENGTH, 0), b))
                    .isTrue();
            accumulator.begin(1, step);
            first = accumulator.borrow();
            second = accumulator.borrow();
        }
    }

    private LaneReducer reducer(int lanes) {
        LaneReducer reducer = new LaneReducer(
                layout(LENGTH),
                new BucketRange(0, 1),
                lanes,
                (generation, step, squares) -> reduced.add(generation + "/" + step));
        reducer.begin(GENERATION, STEP);
        return reducer;
    }

    private static void push(LaneReducer reducer, TreeNode node, float[][] gradients) {
        float[] sum = sum(gradients, node);
        push(reducer, header(node, 0, sum), sum, new Random(node.index()));
    }

    /** In pieces of any length: floats are split between them. */
    private static void push(LaneReducer reducer, BucketHeader header, float[] values, Random random) {
        BucketSink sink = reducer.open(header);
        ByteBuffer all = bytes(values);
        int longest = Math.max(10, all.capacity() / 7);
        while (all.position() < all.capacity()) {
            all.limit(Math.min(all.capacity(), all.position() + random.nextInt(longest)));
            int end = all.limit();
            sink.bytes(all);
            all.clear().position(end);
        }
        sink.complete();
    }

    private static BucketHeader header(TreeNode node, int bucket, float[] values) {
        return new BucketHeader(GENERATION, STEP, node, bucket, values.length, checksum(values));
    }

    private static float[] sum(float[][] gradients, TreeNode node) {
        if (node.level() == 0) {
            return gradients[node.index()];
        }
        float[] left = sum(gradients, new TreeNode(node.level() - 1, 2 * node.index()));
        float[] right = sum(gradients, new TreeNode(node.level() - 1, 2 * node.index() + 1));
        float[] sum = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            sum[i] = left[i] + right[i];
        }
        return sum;
    }

    /** Of widely different size, so that another order of additions shows in the bits. */
    private static float[][] gradients(Random random, int lanes) {
        float[][] gradients = new float[lanes][LENGTH];
        for (float[] gradient : gradients) {
            for (int i = 0; i < LENGTH; i++) {
                gradient[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(7) - 3));
            }
        }
        return gradients;
    }

    private static ParameterLayout layout(int size) {
        return ParameterLayout.builder()
                .add("all", List.of(size), true, Initializer.ZEROS)
                .build();
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static int checksum(float[] values) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes(values));
        return (int) checksum.getValue();
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }
}
