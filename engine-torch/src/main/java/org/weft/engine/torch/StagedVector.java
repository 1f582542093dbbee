package org.weft.engine.torch;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.global.torch;

/** A vector in a GPU's memory and its page-locked twin on the host; the windows are the twin's. */
final class StagedVector implements FlatVector {
    private final Tensor onDevice; // (P)
    private final HostVector onHost; // (P)

    StagedVector(long elements, ScalarType type, Device device) {
        try (TensorOptions options = new TensorOptions(type);
                DeviceOptional place = new DeviceOptional(device)) {
            onDevice = torch.zeros(new long[] {elements}, options.device(place)); // (P)
        }
        onHost = new HostVector(elements, type, true);
    }

    @Override
    public Tensor tensor() {
        return onDevice;
    }

    @Override
    public ByteBuffer window(long offset, int length) {
        return onHost.window(offset, length);
    }

    /** Blocking, because the window may be written again as soon as this returns. */
    @Override
    public void upload(long offset, long length) {
        try (PointerScope scope = new PointerScope()) {
            onDevice.narrow(0, offset, length).copy_(onHost.tensor().narrow(0, offset, length), false);
        }
    }

    /** Hands the copy of a range to the current stream and does not wait. */
    void download(long offset, long length) {
        try (PointerScope scope = new PointerScope()) {
            onHost.tensor().narrow(0, offset, length).copy_(onDevice.narrow(0, offset, length), true);
        }
    }
}
