package org.weft.engine.torch;

import org.bytedeco.pytorch.Device;
import org.weft.core.batches.Batch;

/**
 * A batch on the device.
 *
 * @param tokens that are read
 * @param targets what is to be predicted of them
 */
record BatchTensors(TokenTensors tokens, TargetTensors targets) {
    /** @param classes that a target of a token may be one of */
    static BatchTensors of(Batch batch, int vocabSize, int classes, Device device) {
        return new BatchTensors(TokenTensors.of(batch, vocabSize, device), TargetTensors.of(batch, classes, device));
    }

    /** Of a model with an encoder, which predicts tokens. */
    static BatchTensors of(AlignedBatch aligned, int vocabSize, Device device) {
        return new BatchTensors(
                TokenTensors.of(aligned, vocabSize, device), TargetTensors.of(aligned.batch(), vocabSize, device));
    }
}
