package org.weft.engine.torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.batches.Batch;
import org.weft.core.config.HeadKind;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;

/**
 * A batch on the device.
 *
 * @param tokens that are read
 * @param targets what is to be predicted of them
 * @param lesson what a teacher says of them; null where nobody teaches
 */
record BatchTensors(TokenTensors tokens, TargetTensors targets, Lesson lesson) {
    BatchTensors(TokenTensors tokens, TargetTensors targets) {
        this(tokens, targets, null);
    }

    /** The same, with what a teacher says. */
    BatchTensors taught(Lesson said) {
        return new BatchTensors(tokens, targets, said);
    }

    /** As a model reads it. */
    static BatchTensors of(Batch batch, ModelShape shape, Device device) {
        int vocabSize = shape.vocabSize();
        if (shape.config().encodesSource()) {
            return of(AlignedBatch.of(batch), vocabSize, device);
        }
        TaskHead head = shape.adaptation().head();
        int classes = head.kind() == HeadKind.TOKEN_CLASSES ? head.outputs() : vocabSize;
        return new BatchTensors(TokenTensors.of(batch, vocabSize, device), TargetTensors.of(batch, classes, device));
    }

    /** Of a model with an encoder, which predicts tokens. */
    private static BatchTensors of(AlignedBatch aligned, int vocabSize, Device device) {
        return new BatchTensors(
                TokenTensors.of(aligned, vocabSize, device), TargetTensors.of(aligned.batch(), vocabSize, device));
    }

    /** Adds what a block's hidden states cost beside a teacher's to the gradient by them; nothing where nobody teaches. */
    void addHidden(int block, Tensor x, Tensor gradient, double normalizer) {
        if (lesson != null) {
            lesson.addHidden(block, x, gradient, this, normalizer);
        }
    }

    /** What hidden states add to the loss. */
    double hiddenPart() {
        return lesson == null ? 0 : lesson.hiddenPart();
    }
}
