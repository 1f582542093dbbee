/**
 * {@code cluster.engine: torch}: libtorch behind the seam of {@link org.weft.engine}. No tensor type leaves this package.
 *
 * <p>Reading order: {@code TorchReplica} (what the step loop sees), {@code Gpt2} (the model), {@code BlockwiseBackward} (a
 * micro-batch's gradient), {@code OutputHead} (cross-entropy), {@code FlatTensors} (the two vectors),
 * {@code ComputeDevice} with {@code CpuDevice} and {@code CudaDevice}, and {@code NativeRuntime} (what must happen before
 * the first tensor).
 */
package org.weft.engine.torch;
