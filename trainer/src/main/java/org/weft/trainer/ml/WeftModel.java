package org.weft.trainer.ml;

import org.apache.spark.ml.util.MLReader;

/** Reads models that 0.1.0 saved, alone or in a pipeline: they become {@link org.weft.tuning.ml.WeftModel}s. */
public final class WeftModel {
    private WeftModel() {}

    /** As Spark's pipelines call it. */
    public static MLReader<org.weft.tuning.ml.WeftModel> read() {
        return org.weft.tuning.ml.WeftModel.read();
    }
}
