package org.weft.core.params;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class InitializationTest {
    private static final ParameterLayout LAYOUT = ParameterLayout.builder()
            .add("embedding", List.of(1001, 300), true, Initializer.normal(0.02))
            .add("scale", List.of(77), false, Initializer.ONES)
            .add("shift", List.of(5), false, Initializer.ZEROS)
            .add("projection", List.of(300, 101), true, Initializer.normal(0.005))
            .build();

    @Test
    void normalElementsHaveMeanZeroAndTheirDeviation() {
        float[] vector = whole(42);
        assertThat(moments(vector, 0, 300_300)[0]).isCloseTo(0, within(1e-4));
        assertThat(moments(vector, 0, 300_300)[1]).isCloseTo(0.02, within(1e-4));
        assertThat(moments(vector, 300_382, 330_682)[1]).isCloseTo(0.005, within(1e-4));
    }

    @Test
    void constantsFillNormsAndBiases() {
        float[] vector = whole(42);
        for (int i = 300_300; i < 300_377; i++) {
            assertThat(vector[i]).isEqualTo(1f);
        }
        for (int i = 300_377; i < 300_382; i++) {
            assertThat(vector[i]).isZero();
        }
    }

    @Test
    void isTheSameWhateverTheCut() {
        float[] expected = whole(7);
        for (int piece : new int[] {1023, 65_537, 300_301}) {
            ByteBuffer bytes =
                    ByteBuffer.allocateDirect(Float.BYTES * expected.length).order(ByteOrder.LITTLE_ENDIAN);
            FloatBuffer floats = bytes.asFloatBuffer();
            for (int at = 0; at < expected.length; at += piece) {
                int length = Math.min(piece, expected.length - at);
                Initialization.fill(LAYOUT, 7, at, floats.slice(at, length));
            }
            float[] actual = new float[expected.length];
            floats.get(0, actual);
            assertThat(actual).isEqualTo(expected);
        }
    }

    @Test
    void honoursTheBuffersPosition() {
        float[] into = new float[10];
        Initialization.fill(LAYOUT, 7, 100, FloatBuffer.wrap(into, 4, 3));
        float[] expected = new float[10];
        System.arraycopy(whole(7), 100, expected, 4, 3);
        assertThat(into).isEqualTo(expected);
    }

    /** Computed by SplitMix64 and Box-Muller written anew in Python (float64, rounded to float32). */
    @Test
    void agreesWithGoldenValues() {
        float[] vector = whole(42);
        float[] golden = {0.010861053f, 0.0172014439f, 0.036165984f, 0.0112570314f, 0.000367464402f, 0.00391955572f};
        for (int i = 0; i < golden.length; i++) {
            assertThat(vector[i]).isCloseTo(golden[i], within(1e-9f));
        }
        assertThat(vector[330_681]).isCloseTo(-0.00606835665f, within(1e-9f));
    }

    @Test
    void differsBetweenSeeds() {
        assertThat(whole(1)).isNotEqualTo(whole(2));
    }

    @Test
    void refusesARangeOutsideTheVector() {
        assertThatThrownBy(() -> Initialization.fill(LAYOUT, 1, 330_680, FloatBuffer.allocate(3)))
                .hasMessageContaining("[330680, 330683)")
                .hasMessageContaining("parameters=330682");
    }

    private static float[] whole(long seed) {
        FloatBuffer into = FloatBuffer.allocate((int) LAYOUT.size());
        Initialization.fill(LAYOUT, seed, 0, into);
        return into.array();
    }

    private static double[] moments(float[] vector, int from, int to) {
        double sum = 0;
        double squares = 0;
        for (int i = from; i < to; i++) {
            sum += vector[i];
            squares += (double) vector[i] * vector[i];
        }
        double mean = sum / (to - from);
        return new double[] {mean, Math.sqrt(squares / (to - from) - mean * mean)};
    }
}
