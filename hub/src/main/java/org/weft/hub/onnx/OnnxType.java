package org.weft.hub.onnx;

import java.util.Locale;

/** What the matrices of products are stored in, and computed with. */
public enum OnnxType {
    F32,
    /**
     * Signed bytes with a scale for each column, and inputs that are rounded to unsigned bytes while the model runs, as
     * onnxruntime's {@code quantize_dynamic} writes it with {@code per_channel}. What is looked up stays float32.
     */
    INT8;

    /** As the command line has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
