package org.weft.core.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LaneTreeTest {
    @Test
    void nodesKnowTheirRelatives() {
        TreeNode node = new TreeNode(1, 3);
        assertThat(node.firstLane()).isEqualTo(6);
        assertThat(node.laneCount()).isEqualTo(2);
        assertThat(node.parent()).isEqualTo(new TreeNode(2, 1));
        assertThat(node.sibling()).isEqualTo(new TreeNode(1, 2));
        assertThat(node.isLeft()).isFalse();
        assertThat(node).hasToString("lanes 6-7");
        assertThat(TreeNode.lane(5)).hasToString("lane 5");
    }

    @Test
    void refusesNodesThatAreNone() {
        assertThatThrownBy(() -> new TreeNode(-1, 0)).hasMessage("no such tree node: level=-1 index=0");
        assertThatThrownBy(() -> new TreeNode(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TreeNode(31, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void coversAsAnAbacusWould() {
        assertThat(new LaneSpan(0, 8).cover()).containsExactly(new TreeNode(3, 0));
        assertThat(new LaneSpan(1, 6).cover())
                .containsExactly(TreeNode.lane(1), new TreeNode(1, 1), new TreeNode(1, 2), TreeNode.lane(6));
        assertThat(new LaneSpan(3, 0).cover()).isEmpty();
        assertThat(new LaneSpan(3, 5)).hasToString("lanes 3-7");
        assertThat(new LaneSpan(3, 1)).hasToString("lane 3");
    }

    @Property
    void coverIsExactAndNoTwoOfItsNodesAreSiblings(
            @ForAll @IntRange(max = 200) int first, @ForAll @IntRange(max = 130) int count) {
        LaneSpan span = new LaneSpan(first, count);
        List<TreeNode> cover = span.cover();
        int lane = first;
        for (TreeNode node : cover) {
            assertThat(node.firstLane()).isEqualTo(lane);
            assertThat(span.contains(node)).isTrue();
            assertThat(cover).doesNotContain(node.sibling());
            lane += node.laneCount();
        }
        assertThat(lane).isEqualTo(span.end());
    }

    @Property
    void evenPartsFollowEachOtherAndDifferByOneAtMost(
            @ForAll @IntRange(max = 5000) int lanes, @ForAll @IntRange(min = 1, max = 300) int parts) {
        int lane = 0;
        for (int part = 0; part < parts; part++) {
            LaneSpan span = LaneSpan.even(lanes, parts, part);
            assertThat(span.first()).isEqualTo(lane);
            assertThat(span.count()).isBetween(lanes / parts, (lanes + parts - 1) / parts);
            lane = span.end();
        }
        assertThat(lane).isEqualTo(lanes);
    }

    @Test
    void evenDoesNotOverflow() {
        assertThat(LaneSpan.even(1 << 30, 1000, 999).end()).isEqualTo(1 << 30);
    }

    @Property(tries = 50)
    void addsAsANaiveLoopDoes(@ForAll long seed, @ForAll @IntRange(max = 5000) int length) {
        Random random = new Random(seed);
        float[] a = floats(random, length);
        float[] b = floats(random, length);
        float[] expected = new float[length];
        for (int i = 0; i < length; i++) {
            expected[i] = a[i] + b[i];
        }
        ByteBuffer sum = bytes(a);
        sum.position(sum.limit()); // Positions and byte order of the buffers are of no account.
        ByteBuffer addend = bytes(b).order(ByteOrder.BIG_ENDIAN);
        new LaneSum().add(sum, addend);
        float[] actual = new float[length];
        sum.clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(actual);
        assertThat(actual).isEqualTo(expected);

        LaneSum.add(a, b, length);
        assertThat(a).isEqualTo(expected);
    }

    @Test
    void addsOnlyTheGivenLength() {
        float[] sum = {1, 2, 3};
        LaneSum.add(sum, new float[] {10, 20, 30}, 2);
        assertThat(sum).containsExactly(11, 22, 3);
    }

    @Test
    void refusesOtherLengths() {
        assertThatThrownBy(() -> new LaneSum().add(ByteBuffer.allocate(8), ByteBuffer.allocate(4)))
                .hasMessage("lane sum length mismatch: accumulator bytes=8 addend bytes=4");
    }

    private static float[] floats(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }
}
