package org.weft.trainer.ml;

/** A classifier that 0.1.0 saved, alone or in a pipeline: Spark makes it by its name of then. */
public final class WeftClassifier extends org.weft.tuning.ml.WeftClassifier {
    private static final long serialVersionUID = 1L;

    /** As Spark's reader makes it. */
    public WeftClassifier(String uid) {
        super(uid);
    }
}
