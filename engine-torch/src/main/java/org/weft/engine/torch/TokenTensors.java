package org.weft.engine.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;

/**
 * Sequences of tokens on the device, in the order of the rows.
 *
 * @param sequences B
 * @param context T
 * @param inputs (N) with N = B T
 * @param types (N), where there are tokens of another segment than 0
 * @param padding where a sequence is filled up
 * @param documents where a token looks at its own document alone
 * @param sides where a text is read beside one that is written
 */
record TokenTensors(
        int sequences,
        int context,
        Tensor inputs,
        Optional<Tensor> types,
        Optional<Padding> padding,
        Optional<SeparateDocuments> documents,
        Optional<Sides> sides) {

    /** What a model reads of a batch. */
    static TokenTensors of(Batch batch, int vocabSize, Device device) {
        Batch.requireIds(batch.inputs(), 0, vocabSize);
        int rows = batch.inputs().length;
        return new TokenTensors(
                batch.sequences(),
                batch.context(),
                onDevice(batch.inputs(), device, rows),
                batch.segmented() ? Optional.of(onDevice(batch.types(), device, rows)) : Optional.empty(),
                batch.padded()
                        ? Optional.of(
                                new Padding(onDevice(batch.lengths(), device, batch.sequences()), batch.context()))
                        : Optional.empty(),
                SeparateDocuments.of(batch, device),
                Optional.empty());
    }

    /** What a model with an encoder reads of a batch, whose sequences lie as these sides say. */
    static TokenTensors of(AlignedBatch aligned, int vocabSize, Device device) {
        Batch batch = aligned.batch();
        Batch.requireIds(batch.inputs(), 0, vocabSize);
        return new TokenTensors(
                batch.sequences(),
                batch.context(),
                onDevice(batch.inputs(), device, batch.inputs().length),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Sides.of(aligned, device)));
    }

    /** One sequence. */
    static TokenTensors prompt(int[] tokens, int vocabSize, Device device) {
        return whole(1, tokens.length, tokens, vocabSize, device);
    }

    /** One text, of a model that reads nothing else. */
    static TokenTensors text(int[] tokens, ModelShape shape, Device device) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("a text of no tokens: give at least 1");
        }
        if (shape.config().encodesSource()) {
            throw new IllegalStateException(shape.config().architecture() + " reads a text and writes another");
        }
        shape.requireFits(tokens.length);
        return prompt(tokens, shape.vocabSize(), device);
    }

    /** Sequences of T tokens each. */
    static TokenTensors sequences(int[] tokens, int context, int vocabSize, Device device) {
        return whole(tokens.length / context, context, tokens, vocabSize, device);
    }

    /** Sequences of one token each. */
    static TokenTensors singles(int[] tokens, int vocabSize, Device device) {
        return whole(tokens.length, 1, tokens, vocabSize, device);
    }

    private static TokenTensors whole(int sequences, int context, int[] tokens, int vocabSize, Device device) {
        Batch.requireIds(tokens, 0, vocabSize);
        Tensor inputs = onDevice(tokens, device, tokens.length); // (N)
        return new TokenTensors(
                sequences, context, inputs, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Whole numbers as a tensor. */
    static Tensor onDevice(int[] values, Device device, long... shape) {
        return Tensor.create(values, shape).to(device, ScalarType.Long);
    }

    /**
     * How far sequences are text, and from where on filled up.
     *
     * @param lengths (B), tokens of each sequence
     * @param context T
     */
    record Padding(Tensor lengths, int context) {
        /** True at tokens, false where a sequence is filled up. (B, T) */
        Tensor present() {
            Tensor positions = torch.arange(new Scalar(context)).to(lengths.device(), ScalarType.Long); // (T)
            return positions.view(1, context).lt(lengths.view(-1, 1)); // (B, T)
        }

        /** What attention to both sides may look at. (B, 1, 1, T) */
        Tensor mask() {
            return present().view(-1, 1, 1, context);
        }
    }
}
