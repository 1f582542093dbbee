package org.weft.engine.torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.engine.GradientListener;

/** Where tensors live; all that differs between a CPU and a GPU is behind it. */
sealed interface ComputeDevice permits CpuDevice, CudaDevice {

    /** The device as libtorch calls it; owned by this object. */
    Device torchDevice();

    /** A vector of zeros with windows on host memory. */
    FlatVector allocate(long elements, ScalarType type);

    /** A new stream of random numbers, owned by the caller. */
    Generator generator(long seed);

    /** The way from a finished gradient range on this device to its listener. */
    GradientRelay relay(FlatVector gradients, GradientListener listener);

    /** Waits until all work that was handed to the device is done. */
    void synchronize();

    /** Opens {@code cpu}, {@code cuda} or {@code cuda:N}. */
    static ComputeDevice open(String name) {
        if (name.equals("cpu")) {
            return new CpuDevice();
        }
        if (!name.matches("cuda(:\\d{1,2})?")) {
            throw WeftException.usage("device=" + name + " must be cpu, cuda or cuda:N", "");
        }
        int index = name.equals("cuda") ? 0 : Integer.parseInt(name.substring("cuda:".length()));
        int devices = NativeRuntime.cudaDevices();
        if (index >= devices) {
            throw new WeftException(
                    ExitStatus.CLUSTER,
                    "device=" + name + " is not usable: libtorch sees " + devices + " CUDA devices",
                    "build with -Pcuda and check the driver with nvidia-smi, or set cluster.device=cpu");
        }
        return new CudaDevice(index);
    }
}
