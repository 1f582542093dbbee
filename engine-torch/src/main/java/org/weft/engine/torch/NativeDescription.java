package org.weft.engine.torch;

import java.util.List;

/**
 * The natives of this process, for {@code doctor} and the log.
 *
 * @param torch version of libtorch and its Java side
 * @param javacpp version of JavaCPP
 * @param cpuCapability vector instructions that libtorch's own kernels use
 * @param processors cores that Java sees
 * @param cudaDevices GPUs that libtorch can use
 * @param blas what multiplies matrices in float32
 * @param bfloat16 whether processors have instructions for products in bfloat16; others take several times as long as for float32
 * @param allocator what serves malloc
 * @param advice what costs speed, empty where all is as recommended
 */
public record NativeDescription(
        String torch,
        String javacpp,
        String cpuCapability,
        int processors,
        int cudaDevices,
        String blas,
        boolean bfloat16,
        String allocator,
        List<Advice> advice) {

    /**
     * One thing to change.
     *
     * @param finding what is so
     * @param hint what to do
     */
    public record Advice(String finding, String hint) {}
}
