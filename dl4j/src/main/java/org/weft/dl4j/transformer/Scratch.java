package org.weft.dl4j.transformer;

import java.util.ArrayDeque;
import java.util.Deque;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Arrays that live as long as a block of code: their native memory goes at its end, not when the collector comes by. */
final class Scratch implements AutoCloseable {
    private final Deque<INDArray> kept = new ArrayDeque<>();

    INDArray keep(INDArray array) {
        kept.push(array);
        return array;
    }

    @Override
    public void close() {
        while (!kept.isEmpty()) {
            release(kept.pop());
        }
    }

    /** Frees one at once; a view frees nothing. */
    static void release(INDArray array) {
        if (!array.wasClosed() && array.closeable()) {
            array.close();
        }
    }
}
