package org.weft.engine.torch;

import org.bytedeco.pytorch.cuda.CUDAEvent;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.cuda.CUDAStreamGuard;
import org.bytedeco.pytorch.global.torch_cuda;
import org.weft.engine.GradientListener;

/**
 * Copies each finished range to the host on a second stream and announces it one range late: while the listener sends
 * range k the GPU already has the work of range k - 1, and it never waits for the host.
 */
final class CudaGradientRelay implements GradientRelay {
    private final StagedVector gradients;
    private final GradientListener listener;
    private final CUDAStream copies;
    private final byte device;
    private Copy pending;

    CudaGradientRelay(StagedVector gradients, GradientListener listener, CUDAStream copies, byte device) {
        this.gradients = gradients;
        this.listener = listener;
        this.copies = copies;
        this.device = device;
    }

    @Override
    public void completed(long offset, long length) {
        CUDAEvent arrived = new CUDAEvent();
        try (CUDAEvent computed = new CUDAEvent();
                CUDAStream computation = torch_cuda.getCurrentCUDAStream(device)) {
            computed.record(computation);
            computed.block(copies); // the copies' stream waits, the host does not
            try (CUDAStreamGuard onCopies = new CUDAStreamGuard(copies.unwrap())) {
                gradients.download(offset, length);
                arrived.record(copies);
            }
        }
        announcePending();
        pending = new Copy(offset, length, arrived);
    }

    @Override
    public void finish() {
        announcePending();
    }

    private void announcePending() {
        if (pending == null) {
            return;
        }
        Copy copy = pending;
        pending = null;
        try (CUDAEvent arrived = copy.arrived()) {
            arrived.synchronize();
        }
        listener.rangeReady(copy.offset(), copy.length());
    }

    /** A range on its way to the host. */
    private record Copy(long offset, long length, CUDAEvent arrived) {}
}
