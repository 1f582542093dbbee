package org.weft.parameterserver.reduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.core.lanes.TreeNode;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketCodecs;
import org.weft.core.protocol.BucketHeader;
import org.weft.core.protocol.PushLayout;
import org.weft.core.transport.Service.BucketSink;
import org.weft.parameterserver.BlockCodec;

/** A reducer with two open steps, and one that gradients reach in a lossy codec. */
class OpenStepsTest {
    private static final int LENGTH = 23;
    private static final BlockCodec LOSSY = new BlockCodec();
    private static final BucketCodecs CODECS =
            new BucketCodecs(List.of(BucketCodec.F32, LOSSY), LOSSY, BucketCodec.F32, 11);

    private final List<String> reduced = new ArrayList<>();

    @Test
    void twoStepsAreSummedAtTheSameTime() {
        LaneReducer reducer = reducer(2, BucketCodecs.plain());
        reducer.begin(1, 4);
        push(reducer, 1, 5, 0, floats(1));
        push(reducer, 1, 4, 0, floats(10));
        push(reducer, 1, 5, 1, floats(2));
        assertThat(reduced).containsExactly("1/5");
        assertThat(reducer.sum(0)).isNull();
        assertThat(reducer.isAt(1, 4)).isTrue();
        assertThat(reducer.isAt(1, 5)).isTrue();
        assertThat(reducer.isAt(1, 6)).isFalse();
        push(reducer, 1, 4, 1, floats(20));
        assertThat(reduced).containsExactly("1/5", "1/4");
        assertThat(reducer.sum(0)).containsOnly(30);
        assertThatThrownBy(() -> push(reducer, 1, 6, 0, floats(1)))
                .hasMessage("stale push: generation=1 step=6 expected generation=1 step=4");

        reducer.advance(5); // What has come of it already stays.
        assertThat(reducer.sum(0)).containsOnly(3);
        push(reducer, 1, 4, 0, floats(99));
        push(reducer, 1, 6, 0, floats(7));
        push(reducer, 1, 6, 1, floats(7));
        assertThat(reduced).containsExactly("1/5", "1/4", "1/6");
        assertThat(reducer.sum(0)).containsOnly(3);
        ByteBuffer copy = ByteBuffer.allocate(LENGTH * Float.BYTES);
        assertThat(reducer.copySum(1, 6, 0, copy)).isTrue();
        assertThat(copy.order(ByteOrder.LITTLE_ENDIAN).getFloat(0)).isEqualTo(14);
        assertThat(reducer.copySum(1, 4, 0, copy)).isFalse();

        reducer.begin(2, 5); // Of another generation nothing stays.
        assertThat(reducer.sum(0)).isNull();
        assertThat(reducer.isAt(1, 6)).isFalse();
    }

    /** The sum is that of what was decoded, as a tree of float32, and its own way on is as float32. */
    @Test
    void lossyLanesAreDecodedAndSummed() {
        LaneReducer reducer = reducer(1, CODECS);
        reducer.begin(1, 4);
        ByteBuffer[] lanes = {random(1), random(2)};
        float[][] arrived = new float[2][];
        for (int lane = 0; lane < 2; lane++) {
            long draw = CODECS.draw(4, 0, lane, 0);
            arrived[lane] = LOSSY.roundTrip(lanes[lane], draw);
            ByteBuffer bytes = LOSSY.encode(lanes[lane], draw, null);
            assertThat(bytes.capacity()).isEqualTo(LENGTH + 5 * Float.BYTES);
            BucketHeader header =
                    new BucketHeader(1, 4, TreeNode.lane(lane), 0, LENGTH, BucketHeader.checksum(bytes), LOSSY.name());
            for (int piece : new int[] {1, 3, 7, 100}) { // Again and again: duplicates change nothing.
                push(reducer.open(BucketHeader.decode(header.encode())), bytes, piece);
            }
        }
        assertThat(reduced).containsExactly("1/4");
        float[] sum = reducer.sum(0);
        for (int i = 0; i < LENGTH; i++) {
            assertThat(sum[i]).isEqualTo(arrived[0][i] + arrived[1][i]);
        }
        assertThat(arrived[0][7]).isNotEqualTo(lanes[0].getFloat(7 * Float.BYTES));
    }

    @Test
    void aLossyBucketIsCheckedLikeAnyOther() {
        LaneReducer reducer = reducer(1, CODECS);
        reducer.begin(1, 4);
        ByteBuffer bytes = LOSSY.encode(random(1), 0, null);
        BucketHeader header =
                new BucketHeader(1, 4, TreeNode.lane(0), 0, LENGTH, BucketHeader.checksum(bytes) + 1, LOSSY.name());
        assertThatThrownBy(() -> push(reducer.open(header), bytes, 9))
                .hasMessageContaining("pushed bucket is damaged: bucket=0 elements=23 expected=23 checksum=");
        BucketSink tooLong = reducer.open(header);
        assertThatThrownBy(() -> tooLong.bytes(ByteBuffer.allocate(44)))
                .hasMessage("pushed bucket too long: bucket=0 bytes>=44 expected=43");
        BucketHeader unknown = new BucketHeader(1, 4, TreeNode.lane(0), 0, LENGTH, 0, "int3");
        assertThatThrownBy(() -> reducer.open(unknown))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown bucket codec: int3, known: f32, b5");
    }

    private LaneReducer reducer(int openSteps, BucketCodecs codecs) {
        ParameterLayout layout = ParameterLayout.builder()
                .add("all", List.of(LENGTH), true, Initializer.ZEROS)
                .build();
        return new LaneReducer(
                PushLayout.ofGradients(layout),
                new BucketRange(0, 1),
                2,
                openSteps,
                codecs,
                (generation, step, squares) -> reduced.add(generation + "/" + step));
    }

    private static void push(LaneReducer reducer, int generation, int step, int lane, ByteBuffer floats) {
        int checksum = BucketHeader.checksum(floats);
        push(
                reducer.open(new BucketHeader(generation, step, TreeNode.lane(lane), 0, LENGTH, checksum)),
                floats,
                LENGTH);
    }

    private static void push(BucketSink sink, ByteBuffer bytes, int piece) {
        for (int at = 0; at < bytes.capacity(); at += piece) {
            sink.bytes(bytes.slice(at, Math.min(piece, bytes.capacity() - at)));
        }
        sink.complete();
    }

    private static ByteBuffer floats(float value) {
        ByteBuffer floats = ByteBuffer.allocate(LENGTH * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < LENGTH; i++) {
            floats.putFloat(i * Float.BYTES, value);
        }
        return floats;
    }

    private static ByteBuffer random(long seed) {
        Random random = new Random(seed);
        ByteBuffer floats = floats(0);
        for (int i = 0; i < LENGTH; i++) {
            floats.putFloat(i * Float.BYTES, (float) random.nextGaussian());
        }
        return floats;
    }
}
