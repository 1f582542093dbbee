package org.weft.engine.torch;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** From a device's rows to Java's. */
final class Logits {
    private Logits() {}

    /** (n, V) of any type and device as n arrays of V. */
    static float[][] toHost(Tensor logits) {
        Tensor rows = logits.cpu().to(ScalarType.Float).contiguous(); // (n, V)
        FloatPointer values = new FloatPointer(rows.data_ptr());
        float[][] host = new float[(int) rows.size(0)][(int) rows.size(1)];
        for (int row = 0; row < host.length; row++) {
            values.position((long) row * host[row].length).get(host[row]);
        }
        return host;
    }
}
