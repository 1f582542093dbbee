package org.weft.driver.plan;

/**
 * What one replica's device and its host do at best.
 *
 * @param flops floating-point operations a second of a large float32 matrix product, on the replica's threads
 * @param copyBytes bytes a second that one thread copies from memory to memory
 */
public record MachinePeaks(double flops, double copyBytes) {
    public MachinePeaks {
        if (!(flops > 0) || !(copyBytes > 0)) {
            throw new IllegalArgumentException("peaks must be positive: flops=" + flops + " copyBytes=" + copyBytes);
        }
    }
}
