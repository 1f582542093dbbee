package org.weft.engine.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.global.torch;

/** A vector in host memory; its windows are that memory. */
final class HostVector implements FlatVector {
    private final Tensor tensor; // (P)
    private final BytePointer base;
    private final int elementBytes;
    private final long elements;

    HostVector(long elements, ScalarType type) {
        this(elements, type, false);
    }

    /** @param pinned page-locked, so that a GPU copies from and to it while the CPU goes on */
    HostVector(long elements, ScalarType type, boolean pinned) {
        this.elements = elements;
        try (TensorOptions options = new TensorOptions(type);
                BoolOptional pinning = new BoolOptional(pinned)) {
            tensor = torch.zeros(new long[] {elements}, options.pinned_memory(pinning)); // (P)
        }
        base = new BytePointer(tensor.data_ptr());
        elementBytes = (int) tensor.element_size();
    }

    @Override
    public Tensor tensor() {
        return tensor;
    }

    /** Not position and limit but getPointer: those are cut to 32 bits. */
    @Override
    public ByteBuffer window(long offset, int length) {
        long bytes = (long) length * elementBytes;
        if (offset < 0 || length < 0 || offset + length > elements || bytes > Integer.MAX_VALUE) {
            throw new IndexOutOfBoundsException("window: offset=" + offset + " length=" + length + " elements="
                    + elements + " largest=" + Integer.MAX_VALUE / elementBytes);
        }
        return base.<BytePointer>getPointer(offset * elementBytes)
                .capacity(bytes)
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void upload(long offset, long length) {
        // The windows are the vector.
    }
}
