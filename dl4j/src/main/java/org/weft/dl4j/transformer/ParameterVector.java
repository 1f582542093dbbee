package org.weft.dl4j.transformer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * A vector of P floats in host memory with a view for each parameter; windows and views are the vector itself. Any thread
 * may use windows while it is open.
 */
final class ParameterVector implements AutoCloseable {
    private final INDArray vector; // (P)
    private final BytePointer base;
    private final Map<String, INDArray> views = new HashMap<>();

    /** All zero. */
    ParameterVector(ParameterLayout layout) {
        vector = Nd4j.createUninitializedDetached(DataType.FLOAT, layout.size()).assign(0); // (P)
        base = new BytePointer(vector.data().pointer());
        for (Parameter parameter : layout.parameters()) {
            long[] shape =
                    parameter.shape().stream().mapToLong(Integer::longValue).toArray();
            views.put(
                    parameter.name(),
                    vector.get(NDArrayIndex.interval(parameter.offset(), parameter.end()))
                            .reshape(shape));
        }
    }

    /** A parameter in its shape. */
    INDArray view(String name) {
        return views.get(name);
    }

    void zero() {
        vector.assign(0);
    }

    /** {@code 4 * length} bytes, little-endian. */
    ByteBuffer window(long offset, int length) {
        long bytes = (long) length * Float.BYTES;
        if (offset < 0 || length < 0 || offset + length > vector.length() || bytes > Integer.MAX_VALUE) {
            throw new IndexOutOfBoundsException("window: offset=" + offset + " length=" + length + " elements="
                    + vector.length() + " largest=" + Integer.MAX_VALUE / Float.BYTES);
        }
        return base.<BytePointer>getPointer(offset * Float.BYTES)
                .capacity(bytes)
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        vector.close();
    }
}
