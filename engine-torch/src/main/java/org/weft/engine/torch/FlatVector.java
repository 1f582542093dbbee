package org.weft.engine.torch;

import java.nio.ByteBuffer;
import org.bytedeco.pytorch.Tensor;

/** One flat vector of P elements on a device, with windows on host memory; freed with the scope in which it was made. */
interface FlatVector {

    /** The vector on its device. (P) */
    Tensor tensor();

    /** A range of it, as a view. (length) */
    default Tensor narrow(long offset, long length) {
        return tensor().narrow(0, offset, length);
    }

    /** A direct little-endian window on the host side of a range; valid until the replica is closed. */
    ByteBuffer window(long offset, int length);

    /** Takes a range that was written through its windows to the device; returns when it has arrived. */
    void upload(long offset, long length);
}
