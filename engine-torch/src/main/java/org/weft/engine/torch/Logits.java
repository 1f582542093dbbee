package org.weft.engine.torch;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** From a device's rows to Java's. */
final class Logits {
    private Logits() {}

    /** All elements of a tensor of any type and device, in their order. */
    static float[] flat(Tensor tensor) {
        Tensor elements = onHost(tensor);
        float[] host = new float[Math.toIntExact(elements.numel())];
        new FloatPointer(elements.data_ptr()).get(host);
        return host;
    }

    private static Tensor onHost(Tensor tensor) {
        return tensor.cpu().to(ScalarType.Float).contiguous();
    }

    /** (n, V) of any type and device as n arrays of V. */
    static float[][] toHost(Tensor logits) {
        Tensor rows = onHost(logits); // (n, V)
        FloatPointer values = new FloatPointer(rows.data_ptr());
        float[][] host = new float[(int) rows.size(0)][(int) rows.size(1)];
        for (int row = 0; row < host.length; row++) {
            values.position((long) row * host[row].length).get(host[row]);
        }
        return host;
    }
}
