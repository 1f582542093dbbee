package org.weft.driver.plan;

/**
 * What one replica's device and its host do at best.
 *
 * @param flops floating-point operations a second of a large float32 matrix product, on the replica's threads
 * @param narrowFlops the same in bfloat16: more where the device computes in it, a fraction where it is emulated
 * @param copyBytes bytes a second that one thread copies from memory to memory
 */
public record MachinePeaks(double flops, double narrowFlops, double copyBytes) {
    /** bfloat16's peak over float32's, AVX-512 and AMX alike. Measured: 381 to 420 against 190 to 212 GFLOP/s. */
    private static final double NARROW_SPEEDUP = 2.0;

    public MachinePeaks {
        if (!(flops > 0) || !(narrowFlops > 0) || !(copyBytes > 0)) {
            throw new IllegalArgumentException("peaks must be positive: flops=" + flops + " narrowFlops=" + narrowFlops
                    + " copyBytes=" + copyBytes);
        }
    }

    /** Of a device that computes in bfloat16. */
    public MachinePeaks(double flops, double copyBytes) {
        this(flops, NARROW_SPEEDUP * flops, copyBytes);
    }

    /** Whether products in bfloat16 take longer than in float32. */
    public boolean emulatesBfloat16() {
        return narrowFlops < flops;
    }
}
