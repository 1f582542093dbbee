package org.weft.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** bf16, int8 and int4: sizes, errors, chance, and what is no number. */
class LossyCodecsTest {
    private static final int LENGTH = 256 * 3 + 77;

    private static BucketCodec codec(String name) {
        return BucketCodecs.plain().named(name);
    }

    private static ByteBuffer floats(float... values) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static float[] normal(long seed, int length, double deviation) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    private static float[] roundTrip(BucketCodec codec, float[] values, long draw) {
        float[] back = new float[values.length];
        ByteBuffer bytes = codec.encode(floats(values), draw, null);
        assertThat(codec.decode(bytes.duplicate().clear(), back, 0)).isEqualTo(values.length);
        return back;
    }

    @ParameterizedTest
    @CsvSource({"bf16, 2, 1690", "int8, 260, 861", "int4, 132, 439"})
    void sizesAreTheDocumentedOnes(String name, int block, int bytes) {
        BucketCodec codec = codec(name);
        assertThat(codec.lossy()).isTrue();
        assertThat(codec.blockBytes()).isEqualTo(block);
        assertThat(codec.bytes(LENGTH)).isEqualTo(bytes);
        assertThat(codec.encode(floats(normal(1, LENGTH, 1)), 0, null).capacity())
                .isEqualTo(bytes);
        assertThat(codec.bytes(0)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"bf16, 0.00390625", "int8, 0.00787402", "int4, 0.14285715"})
    void nothingIsOffByMoreThanAStep(String name, float step) {
        float[] values = normal(2, LENGTH, 3e-4);
        float[] back = roundTrip(codec(name), values, 77);
        for (int block = 0; block < LENGTH; block += 256) {
            int end = Math.min(LENGTH, block + 256);
            float largest = 0;
            for (int i = block; i < end; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            for (int i = block; i < end; i++) {
                assertThat(back[i]).isCloseTo(values[i], within(step * largest * 1.0001f));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"int8", "int4"})
    void roundingByChanceIsUnbiased(String name) {
        float[] values = normal(3, 256, 1);
        double[] sums = new double[values.length];
        int draws = 20_000;
        for (int draw = 0; draw < draws; draw++) {
            float[] back = roundTrip(codec(name), values, draw);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += back[i];
            }
        }
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        // A step's half is the largest deviation there can be; 20,000 draws leave a 141st of it, times five.
        double scale = largest / (name.equals("int8") ? 127 : 7);
        for (int i = 0; i < sums.length; i++) {
            assertThat(sums[i] / draws).isCloseTo(values[i], within(scale * 0.5 * 5 / Math.sqrt(draws)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf16", "int8", "int4"})
    void bytesAreAFunctionOfValuesAndDraw(String name) {
        BucketCodec codec = codec(name);
        ByteBuffer values = floats(normal(4, LENGTH, 1));
        ByteBuffer first = codec.encode(values, 5, null);
        ByteBuffer spare = ByteBuffer.allocateDirect(codec.bytes(LENGTH));
        assertThat(codec.encode(values, 5, spare)).isSameAs(spare).isEqualTo(first);
        assertThat(codec.encode(values, 6, null).equals(first)).isEqualTo(name.equals("bf16"));
    }

    /** As a receiver decodes: some blocks now, the others later. */
    @ParameterizedTest
    @ValueSource(strings = {"bf16", "int8", "int4"})
    void blocksDecodeByThemselves(String name) {
        BucketCodec codec = codec(name);
        float[] values = normal(5, LENGTH, 1);
        ByteBuffer bytes = codec.encode(floats(values), 9, null).duplicate().clear();
        float[] parts = new float[LENGTH];
        int first = codec.decode(bytes.slice(0, 2 * codec.blockBytes()), parts, 0);
        int rest = bytes.capacity() - 2 * codec.blockBytes();
        int second = codec.decode(bytes.slice(2 * codec.blockBytes(), rest), parts, first);
        assertThat(first + second).isEqualTo(LENGTH);
        assertThat(parts).isEqualTo(roundTrip(codec, values, 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf16", "int8", "int4"})
    void zerosStayAndWhatIsNoNumberShows(String name) {
        BucketCodec codec = codec(name);
        assertThat(roundTrip(codec, new float[LENGTH], 1)).containsOnly(0f);
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] values = normal(6, LENGTH, 1);
            values[300] = wrong;
            float[] back = roundTrip(codec, values, 1);
            assertThat(Float.isFinite(back[300])).isFalse();
            assertThat(back[10]).as("another block").isFinite();
        }
    }

    @Test
    void extremesOfABlockAreExact() {
        for (String name : new String[] {"int8", "int4"}) {
            float[] values = new float[256];
            Arrays.fill(values, -3.5f);
            values[7] = 3.5f;
            assertThat(roundTrip(codec(name), values, 3)).isEqualTo(values);
        }
    }
}
