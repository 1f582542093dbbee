package org.weft.engine.torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.global.torch;
import org.weft.engine.GradientListener;

/** The host: windows are the tensors' own memory, and what was computed is there at once. */
final class CpuDevice implements ComputeDevice {
    private final Device device = new Device(torch.DeviceType.CPU);

    @Override
    public Device torchDevice() {
        return device;
    }

    @Override
    public FlatVector allocate(long elements, ScalarType type) {
        return new HostVector(elements, type);
    }

    @Override
    public Generator generator(long seed) {
        return torch.createCPUGenerator(seed);
    }

    @Override
    public GradientRelay relay(FlatVector gradients, GradientListener listener) {
        return GradientRelay.direct(listener);
    }

    @Override
    public void synchronize() {
        // Operations have finished when they return.
    }
}
