package org.weft.engine.torch;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.batches.Batch;

/**
 * A batch's tokens on the device, in the order of the rows.
 *
 * @param sequences B
 * @param context T
 * @param inputs (N) with N = B T
 * @param types (N), or null where all tokens are of segment 0
 * @param chosen (M), the rows at which something is to be predicted; null where that is all of them
 * @param targets (M, 1); null where only inputs were given
 * @param lengths (B), tokens of each sequence; null where none is filled up
 * @param labels (B, K), of whole sequences; null where tokens are predicted
 * @param related (B, 1): 0 where a sequence's second segment follows its first, else 1; null where that is not asked
 */
record TokenTensors(
        int sequences,
        int context,
        Tensor inputs,
        Tensor types,
        Tensor chosen,
        Tensor targets,
        Tensor lengths,
        Tensor labels,
        Tensor related) {

    /**
     * @param classes that a target may be one of
     */
    static TokenTensors of(Batch batch, int vocabSize, int classes, Device device) {
        Batch.requireIds(batch.inputs(), 0, vocabSize);
        Batch.requireIds(batch.targets(), Batch.IGNORED, classes);
        int rows = batch.inputs().length;
        int count = batch.labels() == null ? (int) batch.targetCount() : 0;
        return new TokenTensors(
                batch.sequences(),
                batch.context(),
                onDevice(batch.inputs(), device, rows),
                batch.types() == null ? null : onDevice(batch.types(), device, rows),
                count == rows ? null : onDevice(chosen(batch.targets(), count), device, count),
                onDevice(targets(batch.targets(), count), device, count, 1),
                batch.lengths() == null ? null : onDevice(batch.lengths(), device, batch.sequences()),
                batch.labels() == null
                        ? null
                        : Tensor.create(batch.labels(), batch.sequences(), batch.labels().length / batch.sequences())
                                .to(device, ScalarType.Float),
                batch.related() == null ? null : onDevice(batch.related(), device, batch.sequences(), 1));
    }

    /** One sequence without targets. */
    static TokenTensors prompt(int[] tokens, int vocabSize, Device device) {
        Batch.requireIds(tokens, 0, vocabSize);
        return inputs(1, tokens.length, onDevice(tokens, device, tokens.length));
    }

    /** Sequences of one token each, without targets. */
    static TokenTensors singles(int[] tokens, int vocabSize, Device device) {
        Batch.requireIds(tokens, 0, vocabSize);
        return inputs(tokens.length, 1, onDevice(tokens, device, tokens.length));
    }

    private static TokenTensors inputs(int sequences, int context, Tensor inputs) {
        return new TokenTensors(sequences, context, inputs, null, null, null, null, null, null);
    }

    /** True at tokens, false where a sequence is filled up. (B, T), or null where none is */
    Tensor present() {
        if (lengths == null) {
            return null;
        }
        Tensor positions = torch.arange(new Scalar(context)).to(inputs.device(), ScalarType.Long); // (T)
        return positions.view(1, context).lt(lengths.view(sequences, 1)); // (B, T)
    }

    /** What attention to both sides may look at. (B, 1, 1, T), or null for everything */
    Tensor mask() {
        Tensor present = present();
        return present == null ? null : present.view(sequences, 1, 1, context);
    }

    private static int[] chosen(int[] targets, int count) {
        int[] rows = new int[count]; // (M)
        for (int row = 0, at = 0; row < targets.length; row++) {
            if (targets[row] != Batch.IGNORED) {
                rows[at++] = row;
            }
        }
        return rows;
    }

    private static int[] targets(int[] targets, int count) {
        if (count == targets.length) {
            return targets;
        }
        int[] kept = new int[count]; // (M)
        for (int row = 0, at = 0; row < targets.length; row++) {
            if (targets[row] != Batch.IGNORED) {
                kept[at++] = targets[row];
            }
        }
        return kept;
    }

    private static Tensor onDevice(int[] values, Device device, long... shape) {
        return Tensor.create(values, shape).to(device, ScalarType.Long);
    }
}
