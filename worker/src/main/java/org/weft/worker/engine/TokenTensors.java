package org.weft.worker.engine;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.WeftException;
import org.weft.worker.data.Batch;

/**
 * A batch's tokens on the device, in the order of the rows.
 *
 * @param sequences B
 * @param context T
 * @param inputs (N) with N = B T
 * @param targets (N, 1); null where only inputs were given
 */
record TokenTensors(int sequences, int context, Tensor inputs, Tensor targets) {

    static TokenTensors of(Batch batch, int vocabSize, Device device) {
        int rows = batch.sequences() * batch.context();
        check(batch.inputs(), 0, vocabSize);
        check(batch.targets(), Batch.IGNORED, vocabSize);
        return new TokenTensors(
                batch.sequences(),
                batch.context(),
                onDevice(batch.inputs(), device, rows),
                onDevice(batch.targets(), device, rows, 1));
    }

    /** One sequence without targets. */
    static TokenTensors prompt(int[] tokens, int vocabSize, Device device) {
        check(tokens, 0, vocabSize);
        return new TokenTensors(1, tokens.length, onDevice(tokens, device, tokens.length), null);
    }

    private static Tensor onDevice(int[] values, Device device, long... shape) {
        Tensor narrow = Tensor.create(values, shape);
        return narrow.to(device, ScalarType.Long);
    }

    private static void check(int[] tokens, int least, int vocabSize) {
        for (int position = 0; position < tokens.length; position++) {
            if (tokens[position] < least || tokens[position] >= vocabSize) {
                throw WeftException.invalidData(
                        "token id " + tokens[position] + " at position " + position
                                + " is outside the model's vocabulary of " + vocabSize,
                        "the tokens come from another tokenizer than the model's: prepare the corpus again");
            }
        }
    }
}
