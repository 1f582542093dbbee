package org.weft.driver.plan.scale;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.weft.core.config.SyncConfig.Gradients;
import org.weft.core.protocol.BucketCodec;

/**
 * What this machine takes to encode and to decode a gradient in each of its forms.
 *
 * @param rates by form
 */
public record CodecRates(Map<Gradients, Rate> rates) {
    private static final int ELEMENTS = 1 << 20;
    private static final int ROUNDS = 9;

    /**
     * Of one form.
     *
     * @param encode seconds of a processor for an element
     * @param decode the same
     */
    public record Rate(double encode, double decode) {
        /** Where nothing is done. */
        static final Rate NONE = new Rate(0, 0);
    }

    Rate of(Gradients form) {
        return rates.get(form);
    }

    /** Measures: some tenths of a second, in this thread's processor time. */
    public static CodecRates measure() {
        Map<Gradients, Rate> rates = new EnumMap<>(Gradients.class);
        rates.put(Gradients.F32, Rate.NONE);
        rates.put(Gradients.BF16, measure(BucketCodec.BF16));
        rates.put(Gradients.INT8, measure(BucketCodec.INT8));
        rates.put(Gradients.INT4, measure(BucketCodec.INT4));
        return new CodecRates(rates);
    }

    private static Rate measure(BucketCodec codec) {
        ByteBuffer floats = ByteBuffer.allocateDirect(ELEMENTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ELEMENTS; i++) {
            floats.putFloat(i * Float.BYTES, (i * 2654435761L % 1000 - 500) * 1e-3f);
        }
        ByteBuffer encoded = ByteBuffer.allocateDirect(codec.bytes(ELEMENTS));
        float[] decoded = new float[ELEMENTS];
        double encode = seconds(() -> codec.encode(floats, 1, encoded));
        double decode = seconds(() -> codec.decode(encoded.duplicate().clear(), decoded, 0));
        return new Rate(encode / ELEMENTS, decode / ELEMENTS);
    }

    private static double seconds(Runnable work) {
        long[] nanos = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            work.run();
            nanos[round] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[ROUNDS / 2] * 1e-9;
    }
}
