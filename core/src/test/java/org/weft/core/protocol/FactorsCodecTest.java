package org.weft.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initializer;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner.BucketRange;

/** Factors as bfloat16 beside float32, in the layout's order, wherever buckets are cut. */
class FactorsCodecTest {
    private static final ParameterLayout LAYOUT = ParameterLayout.builder(10)
            .add("embedding", List.of(12), true, Initializer.ZEROS) // all of bucket 0, and 10-11
            .addFactor("weight", List.of(3, 5), true, Initializer.ZEROS) // 12-26
            .addFactor("bias", List.of(5), false, Initializer.ZEROS) // 27-31
            .add("norm", List.of(4), false, Initializer.ZEROS) // 32-35
            .addFactor("next", List.of(10), true, Initializer.ZEROS) // 36-45
            .add("last", List.of(1), false, Initializer.ZEROS) // 46
            .build();

    private static BucketCodecs codecs(String... settings) {
        String all = "training.precision=bf16 " + String.join(" ", settings);
        return BucketCodecs.of(config(all.trim().split(" ")), LAYOUT);
    }

    private static WeftConfig config(String... settings) {
        return ConfigLoader.load("test", "run: {dir: /nowhere}", List.of(settings));
    }

    @Test
    void bytesAreThoseOfTheLayout() {
        LayoutCodec codec = codecs().parameters();
        assertThat(codec.of(LAYOUT.bucket(0))).isSameAs(BucketCodec.F32);
        int[] expected = {40, 2 * 4 + 8 * 2, 20, 2 * 2 + 4 * 4 + 4 * 2, 6 * 2 + 4};
        for (int i = 0; i < expected.length; i++) {
            Bucket bucket = LAYOUT.bucket(i);
            assertThat(codec.of(bucket).bytes(bucket.length()))
                    .as("bucket %d", i)
                    .isEqualTo(expected[i]);
            assertThat(codec.of(bucket).name()).isEqualTo(i == 0 ? "f32" : "fact");
        }
        assertThat(codec.bytes(LAYOUT)).isEqualTo(40 + 24 + 20 + 28 + 16);
        assertThat(codec.bytesBeside(LAYOUT, new BucketRange(0, 2))).isEqualTo(24);
    }

    @Test
    void factorsAreRoundedAndNothingElse() {
        LayoutCodec codec = codecs().parameters();
        Random random = new Random(3);
        float[] values = new float[(int) LAYOUT.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        values[15] = Float.NaN;
        values[16] = -0f;
        values[17] = Float.POSITIVE_INFINITY;
        float[] expected = values.clone();
        for (Parameter parameter : LAYOUT.parameters()) {
            for (int i = (int) parameter.offset(); parameter.factor() && i < parameter.end(); i++) {
                expected[i] =
                        Float.intBitsToFloat(FloatFormat.toBfloat16(Float.floatToRawIntBits(values[i])) << Short.SIZE);
            }
        }
        float[] landed = new float[values.length];
        float[] decoded = new float[values.length];
        for (int i = 0; i < LAYOUT.bucketCount(); i++) {
            Bucket bucket = LAYOUT.bucket(i);
            int at = (int) bucket.offset();
            ByteBuffer floats = buffer(bucket.bytes());
            floats.asFloatBuffer().put(values, at, bucket.length());
            BucketCodec form = codec.of(bucket);
            ByteBuffer first = form.encode(floats, 0, null);
            ByteBuffer sent = form.encode(floats, 1, first);
            assertThat(sent).isSameAs(first);
            assertThat(form.decode(sent.duplicate().clear(), decoded, at)).isEqualTo(bucket.length());
            ByteBuffer window = buffer(bucket.bytes());
            form.land(sent, window);
            window.asFloatBuffer().get(landed, at, bucket.length());
        }
        assertThat(landed).isEqualTo(expected);
        assertThat(decoded).isEqualTo(expected);
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void piecesOfLongRunsAreJoined() {
        ParameterLayout layout = ParameterLayout.builder()
                .addFactor("weight", List.of(Bucket.ELEMENTS + 5000), true, Initializer.ZEROS)
                .add("norm", List.of(3001), false, Initializer.ZEROS)
                .build();
        LayoutCodec codec =
                BucketCodecs.of(config("training.precision=bf16"), layout).parameters();
        for (int i = 0; i < 2; i++) {
            Bucket bucket = layout.bucket(i);
            ByteBuffer floats = buffer(bucket.bytes());
            for (int j = 0; j < bucket.length(); j++) {
                floats.putFloat(j * Float.BYTES, j % 251);
            }
            ByteBuffer window = buffer(bucket.bytes());
            BucketCodec form = codec.of(bucket);
            form.land(form.encode(floats, 0, null), window);
            assertThat(window).isEqualTo(floats);
        }
    }

    @Test
    void aRunThatWouldChangeABitPullsFloat32() {
        assertThat(codecs().pulled()).containsExactly("f32", "fact");
        assertThat(codecs("sync.parameters=bf16").pulled()).containsExactly("f32", "fact");
        assertThat(codecs("sync.delay=1").pulled()).containsExactly("f32", "fact");
        assertThat(codecs("sync.parameters=f32").parameters()).isSameAs(BucketCodec.F32);
        assertThat(codecs("sync.mode=local").parameters()).isSameAs(BucketCodec.F32);
        assertThat(BucketCodecs.of(config(), LAYOUT).parameters()).isSameAs(BucketCodec.F32);
        ParameterLayout unknown = ParameterLayout.builder()
                .add("vector", List.of(7), true, Initializer.ZEROS)
                .build();
        assertThat(BucketCodecs.of(config("training.precision=bf16"), unknown).parameters())
                .isSameAs(BucketCodec.F32);
    }

    @Test
    void whatIsNotPulledIsRefusedByName() {
        BucketCodecs codecs = codecs();
        assertThat(codecs.pulled("f32")).isSameAs(BucketCodec.F32);
        assertThat(codecs.pulled("fact")).isSameAs(codecs.parameters());
        assertThatThrownBy(() -> codecs.pulled("int8"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameters are not to be had as int8, but as f32 and fact");
        assertThatThrownBy(() -> codecs.parameters().of(new Bucket(1, 20, 10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a bucket of this layout: ");
    }
}
