package org.weft.engine.torch;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * How the sequences of an encoder with a decoder lie on the device: S tokens that are read, then T that are written. Hidden
 * states go through the blocks in one tensor of both, so that a block is a function of one tensor and going back through the
 * decoder's blocks adds up what each has to say to the encoder, whose blocks come after.
 *
 * @param source S
 * @param target T
 * @param present (B, 1, 1, S), true at the tokens of a source; null where none is filled up
 */
record Sides(int source, int target, Tensor present) {

    static Sides of(AlignedBatch aligned, Device device) {
        int source = aligned.source();
        int sequences = aligned.batch().sequences();
        boolean padded = IntStream.of(aligned.sourceLengths()).anyMatch(length -> length < source);
        Tensor present = padded
                ? new TokenTensors.Padding(TokenTensors.onDevice(aligned.sourceLengths(), device, sequences), source)
                        .mask()
                : null; // (B, 1, 1, S)
        return new Sides(source, aligned.batch().context() - source, present);
    }

    /** Split and not narrowed: going back, a view of each would cost a tensor of the whole. (B, S + T, D) to (B, S, D), (B, T, D) */
    TensorVector cut(Tensor x) {
        return x.split_with_sizes(new long[] {source, target}, 1);
    }
}
