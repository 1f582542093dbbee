/**
 * The seam to the tensor library, and its libtorch side. No tensor type leaves this package.
 *
 * <p>Reading order: {@link org.weft.engine.ModelReplica} (the seam), {@code TorchReplica} (its libtorch side),
 * {@code Gpt2} (the model), {@code BlockwiseBackward} (a micro-batch's gradient), {@code OutputHead} (cross-entropy),
 * {@code FlatTensors} (the two vectors), {@code ComputeDevice} with {@code CpuDevice} and {@code CudaDevice}, and
 * {@code NativeRuntime} (what must happen before the first tensor).
 */
package org.weft.engine.torch;
