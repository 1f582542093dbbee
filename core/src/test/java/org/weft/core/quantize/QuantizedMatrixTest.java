package org.weft.core.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.core.checkpoint.FloatFormat;

class QuantizedMatrixTest {
    private static QuantizationGrid grid(QuantizationType type, int groupSize) {
        return new QuantizationGrid(type, groupSize, FloatFormat.F32);
    }

    @Test
    void eachGroupHasItsOwnScaleAndNumbersGoToTheNearest() {
        float[] weights = {7.5f, 1.4f, -7.5f, 0.5f, 0, 0, 15, 3}; // (2, 4), groups of 2
        QuantizedMatrix matrix = QuantizedMatrix.nearest(grid(QuantizationType.INT4, 2), weights, 2, 4);
        assertThat(matrix.scales()).containsExactly(1, 1, 1, 2);
        assertThat(matrix.values())
                .as("half a step beyond the last number is cut, ties go to even")
                .containsExactly(7, 1, -8, 0, 0, 0, 7, 2);
        assertThat(matrix.at(1, 3)).isEqualTo(4);
    }

    @Test
    void noNumberIsFartherThanHalfAStepFromItsOwn() {
        float[] weights = new float[6 * 64];
        Random random = new Random(3);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian();
        }
        for (QuantizationType type : QuantizationType.values()) {
            QuantizedMatrix matrix = QuantizedMatrix.nearest(grid(type, 0), weights, 6, 64);
            for (int i = 0; i < weights.length; i++) {
                assertThat(matrix.at(i / 64, i % 64))
                        .as("%s %d", type, i)
                        .isCloseTo(weights[i], within(matrix.scales()[i / 64] * 0.50001f));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(FloatFormat.class)
    void aScaleIsWhatItIsStoredAs(FloatFormat stored) {
        QuantizationGrid grid = new QuantizationGrid(QuantizationType.INT8, 0, stored);
        for (float magnitude : new float[] {0, 1e-9f, 0.37f, 41}) {
            int bits = Float.floatToRawIntBits(grid.scale(magnitude));
            assertThat(grid.scale(magnitude)).isPositive();
            switch (stored) {
                case F32 -> assertThat(grid.scale(magnitude)).isEqualTo(magnitude == 0 ? 1 : magnitude / 127.5f);
                case BF16 -> assertThat(bits & 0xFFFF).isZero();
                case F16 -> assertThat(bits & 0x1FFF).isZero();
            }
        }
    }

    @Test
    void columnsAreWholeGroups() {
        assertThatThrownBy(() -> new QuantizedMatrix(grid(QuantizationType.INT4, 32), 2, 48))
                .hasMessage("columns=48 are no whole groups of 32");
    }

    /** Written down by hand: 8 (or 128) is added, and the first number is in the lowest bits. */
    @ParameterizedTest
    @CsvSource({"INT4, 80ef197a000000f7, 18", "INT8, 007f80ff01fe0000, 8"})
    void rowsArePackedAsTheFormatSays(QuantizationType type, String hex, int columns) {
        byte[] int4 = {-8, 0, 7, 6, 1, -7, 2, -1, -8, -8, -8, -8, -8, -8, -1, 7};
        byte[] int8 = {-128, -1, 0, 127, -127, 126, -128, -128};
        byte[] values = type == QuantizationType.INT4 ? int4 : int8;
        byte[] packed = PackedFormat.pack(type, values, 0, values.length);
        assertThat(HexFormat.of().formatHex(packed)).isEqualTo(hex);
        byte[] back = new byte[values.length];
        PackedFormat.unpack(type, packed, 0, back, 0, values.length);
        assertThat(back).isEqualTo(values);
        assertThat(PackedFormat.rowWords(type, columns)).isEqualTo(type == QuantizationType.INT4 ? 3 : 2);
    }

    @Test
    void anIncompleteWordIsFilledUpAndEachRowBeginsAnew() {
        byte[] values = {1, 2, 3, -1, -2, -3}; // (2, 3)
        byte[] second = PackedFormat.pack(QuantizationType.INT4, values, 1, 3);
        assertThat(HexFormat.of().formatHex(second)).isEqualTo("67050000");
        byte[] back = new byte[6];
        PackedFormat.unpack(QuantizationType.INT4, second, 0, back, 1, 3);
        assertThat(back).containsExactly(0, 0, 0, -1, -2, -3);
    }
}
