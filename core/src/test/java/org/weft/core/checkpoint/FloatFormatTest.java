package org.weft.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Against reference arithmetic: the value of every pattern by its definition, the nearest by comparing distances. */
class FloatFormatTest {
    private static final int SAMPLES = 200_000;
    private static final long SEED = 20_240_601;

    @ParameterizedTest
    @CsvSource({
        "0.0, 0000, 0000",
        "-0.0, 8000, 8000",
        "1.0, 3C00, 3F80",
        "-2.5, C100, C020",
        "65504.0, 7BFF, 4780",
        "65519.996, 7BFF, 4780",
        "65520.0, 7C00, 4780",
        "3.4028235E38, 7C00, 7F80",
        "Infinity, 7C00, 7F80",
        "-Infinity, FC00, FF80",
        "NaN, 7E00, 7FC0",
        "6.1035156E-5, 0400, 3880",
        "6.0975552E-5, 03FF, 3880",
        "5.9604645E-8, 0001, 3380",
        "2.9802322E-8, 0000, 3300",
        "2.9802326E-8, 0001, 3300",
        "1.0E-10, 0000, 2EDC",
        "1.00048828125, 3C00, 3F80",
        "1.00146484375, 3C02, 3F80",
        "1.00390625, 3C04, 3F80",
        "1.01171875, 3C0C, 3F82"
    })
    void knownPatterns(float number, String f16, String bf16) {
        int bits = Float.floatToRawIntBits(number);
        assertThat(String.format("%04X", FloatFormat.toFloat16(bits) & 0xFFFF)).isEqualTo(f16);
        assertThat(String.format("%04X", FloatFormat.toBfloat16(bits) & 0xFFFF)).isEqualTo(bf16);
    }

    /** All 65,536 patterns, NaN's payloads included. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void wideningAndNarrowingGivesTheSameBits(FloatFormat format) {
        for (int pattern = 0; pattern < 1 << 16; pattern++) {
            int wide = widen(format, (short) pattern);
            assertThat(narrow(format, wide)).as("pattern %04X", pattern).isEqualTo((short) pattern);
            assertThat((Object) Float.intBitsToFloat(wide)).isEqualTo((float) defined(format, pattern)); // NaN is NaN.
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void narrowingTakesTheNearestAndOfTwoTheEven(FloatFormat format) {
        Random random = new Random(SEED);
        for (int i = 0; i < SAMPLES; i++) {
            int bits = random.nextInt();
            if (i % 2 == 0) { // Where float16 has numbers at all: 2^-26 to 2^17.
                bits = (bits & 0x807F_FFFF) | 101 + random.nextInt(44) << 23;
            }
            if (i % 3 == 0) { // Ties and their neighbours.
                bits = (bits & (format == FloatFormat.F16 ? 0xFFFF_F000 : 0xFFFF_8000)) + random.nextInt(3) - 1;
            }
            requireNearest(format, bits);
        }
    }

    private static void requireNearest(FloatFormat format, int bits) {
        float number = Float.intBitsToFloat(bits);
        int narrow = narrow(format, bits) & 0xFFFF;
        String as = String.format("%s bits=%08X narrow=%04X seed=%d", format, bits, narrow, SEED);
        if (Float.isNaN(number)) {
            assertThat(defined(format, narrow)).as(as).isNaN();
            return;
        }
        assertThat(narrow >>> 15).as(as).isEqualTo(bits >>> 31);
        int magnitude = narrow & 0x7FFF;
        boolean infinite = Double.isInfinite(defined(format, magnitude));
        assertThat(format.overflows(bits)).as(as).isEqualTo(infinite && !Float.isInfinite(number));
        if (Float.isInfinite(number)) {
            assertThat(infinite).as(as).isTrue();
            return;
        }
        BigDecimal exact = new BigDecimal(Math.abs((double) number));
        BigDecimal distance = extended(format, magnitude).subtract(exact).abs();
        for (int other : new int[] {magnitude - 1, magnitude + 1}) {
            if (other < 0 || infinite && other > magnitude) {
                continue;
            }
            int order = extended(format, other).subtract(exact).abs().compareTo(distance);
            assertThat(order > 0 || order == 0 && magnitude % 2 == 0).as(as).isTrue();
        }
    }

    /** The value of a positive pattern, where infinity is what the next power of two would be. */
    private static BigDecimal extended(FloatFormat format, int magnitude) {
        double value = defined(format, magnitude);
        return Double.isInfinite(value)
                ? new BigDecimal(format == FloatFormat.F16 ? 0x1p16 : 0x1p128)
                : new BigDecimal(value);
    }

    /** The value of a pattern as the format's definition has it. */
    private static double defined(FloatFormat format, int pattern) {
        int fractionBits = format == FloatFormat.F16 ? 10 : 7;
        int bias = format == FloatFormat.F16 ? 15 : 127;
        double sign = pattern >>> 15 == 0 ? 1 : -1;
        int exponent = (pattern & 0x7FFF) >>> fractionBits;
        double fraction = (pattern & (1 << fractionBits) - 1) / (double) (1 << fractionBits);
        if (exponent == 2 * bias + 1) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * fraction * Math.pow(2, 1 - bias)
                : sign * (1 + fraction) * Math.pow(2, exponent - bias);
    }

    @ParameterizedTest
    @EnumSource
    void buffersAreConvertedWhole(FloatFormat format) {
        float[] numbers = {1.5f, -0.25f, 3e-6f, 0};
        ByteBuffer plain = buffer(numbers.length * Float.BYTES);
        plain.asFloatBuffer().put(numbers);
        ByteBuffer stored = buffer(numbers.length * format.bytes());
        format.encode(plain, stored);
        assertThat(stored.hasRemaining()).isFalse();
        ByteBuffer back = buffer(numbers.length * Float.BYTES);
        format.decode(stored.flip(), back);
        back.flip();
        for (float number : numbers) {
            assertThat(back.getFloat()).isCloseTo(number, within(6e-8f));
        }
    }

    @Test
    void isFoundByItsName() {
        assertThat(FloatFormat.of("BF16")).contains(FloatFormat.BF16);
        assertThat(FloatFormat.of("F64")).isEmpty();
        assertThat(FloatFormat.F32.overflows(Float.floatToRawIntBits(Float.MAX_VALUE)))
                .isFalse();
        assertThat(FloatFormat.isNotFinite(Float.floatToRawIntBits(Float.MAX_VALUE)))
                .isFalse();
        assertThat(FloatFormat.isNotFinite(Float.floatToRawIntBits(Float.NEGATIVE_INFINITY)))
                .isTrue();
    }

    private static int widen(FloatFormat format, short pattern) {
        ByteBuffer wide = buffer(Float.BYTES);
        format.decode(buffer(Short.BYTES).putShort(pattern).flip(), wide);
        return wide.getInt(0);
    }

    private static short narrow(FloatFormat format, int bits) {
        ByteBuffer stored = buffer(Short.BYTES);
        format.encode(buffer(Float.BYTES).putInt(bits).flip(), stored);
        return stored.getShort(0);
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
