package org.weft.engine.torch;

import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.cuda.CUDAGuard;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.weft.engine.GradientListener;

/**
 * One GPU. Computation runs on the current stream, gradient ranges travel to the host on a stream of their own. Loaded
 * only where a GPU is used: without the CUDA natives its classes do not link.
 */
final class CudaDevice implements ComputeDevice {
    private final byte index;
    private final Device device;
    private final CUDAStream copies;

    CudaDevice(int index) {
        this.index = (byte) index;
        device = new Device(torch.DeviceType.CUDA, this.index);
        try (CUDAGuard guard = new CUDAGuard(this.index)) {
            copies = torch_cuda.getStreamFromPool(false, this.index);
        }
        // Sums by sorting instead of atomics, so that a run repeats its bits; a warning where there is no such kernel.
        Context context = torch.globalContext();
        context.setDeterministicAlgorithms(true, true);
        context.setDeterministicFillUninitializedMemory(false);
        context.setBenchmarkCuDNN(false);
    }

    @Override
    public Device torchDevice() {
        return device;
    }

    @Override
    public FlatVector allocate(long elements, ScalarType type) {
        return new StagedVector(elements, type, device);
    }

    @Override
    public Generator generator(long seed) {
        Generator generator = torch_cuda.make_generator_cuda(index);
        generator.set_current_seed(seed);
        return generator;
    }

    @Override
    public GradientRelay relay(FlatVector gradients, GradientListener listener) {
        return new CudaGradientRelay((StagedVector) gradients, listener, copies, index);
    }

    @Override
    public void synchronize() {
        torch.cuda_synchronize(index);
    }
}
