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
        long[] inputs = new long[rows];
        long[] targets = new long[rows];
        int[] tokens = batch.tokens();
        check(tokens, vocabSize);
        for (int sequence = 0, row = 0; sequence < batch.sequences(); sequence++) {
            int start = sequence * (batch.context() + 1);
            for (int t = 0; t < batch.context(); t++, row++) {
                inputs[row] = tokens[start + t];
                targets[row] = tokens[start + t + 1];
            }
        }
        return new TokenTensors(
                batch.sequences(), batch.context(), onDevice(inputs, device, rows), onDevice(targets, device, rows, 1));
    }

    /** One sequence without targets. */
    static TokenTensors prompt(int[] tokens, int vocabSize, Device device) {
        check(tokens, vocabSize);
        long[] inputs = new long[tokens.length];
        for (int t = 0; t < tokens.length; t++) {
            inputs[t] = tokens[t];
        }
        return new TokenTensors(1, tokens.length, onDevice(inputs, device, tokens.length), null);
    }

    private static Tensor onDevice(long[] values, Device device, long... shape) {
        Tensor onHost = Tensor.create(values, shape);
        return device.is_cpu() ? onHost : onHost.to(device, ScalarType.Long);
    }

    private static void check(int[] tokens, int vocabSize) {
        for (int position = 0; position < tokens.length; position++) {
            if (tokens[position] < 0 || tokens[position] >= vocabSize) {
                throw WeftException.invalidData(
                        "token id " + tokens[position] + " at position " + position
                                + " is outside the model's vocabulary of " + vocabSize,
                        "the tokens come from another tokenizer than the model's: prepare the corpus again");
            }
        }
    }
}
