package org.weft.dl4j.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Windows on the memory of a float32 array of one dimension that counts: no copy, valid while the array is. */
final class ArrayWindows {
    private ArrayWindows() {}

    /**
     * Elements [offset, offset + length).
     *
     * @param array (1, N) or (N), contiguous, on the host
     * @return direct, little-endian, 4 bytes an element
     */
    static ByteBuffer window(INDArray array, long offset, int length) {
        boolean flat = array.dataType() == DataType.FLOAT && array.elementWiseStride() == 1;
        if (!flat || offset < 0 || offset + length > array.length()) {
            throw new IllegalArgumentException(
                    "no window [" + offset + ", " + (offset + length) + ") on " + array.shapeInfoToString());
        }
        long begin = (array.offset() + offset) * Float.BYTES;
        BytePointer bytes = new BytePointer(array.data().pointer());
        return bytes.position(begin)
                .capacity(begin + (long) length * Float.BYTES)
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }
}
