package org.weft.engine.torch;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.batches.Batch;
import org.weft.engine.TopLogits;

/**
 * The likeliest tokens at each place, a few rows at a time: logits of a whole batch are never held.
 *
 * <p>N rows, M rows at which something is predicted, R of them at once, D width, V vocabulary.
 */
final class TopTokens {
    private TopTokens() {}

    /** On the replica's thread, without dropout. */
    static TopLogits of(TorchReplica replica, Batch batch, int k) {
        int[] targets = batch.targets(); // (N)
        int[] ids = new int[targets.length * k]; // (N, k)
        float[] logits = new float[targets.length * k]; // (N, k)
        BlockwiseBackward passes = replica.passes();
        OutputHead head = passes.tail().head();
        try (PointerScope scope = new PointerScope()) {
            BatchTensors tensors = replica.onDevice(batch);
            Tensor rows = passes.computed( // (M, D)
                    tensors.tokens(), scope, x -> passes.tail().said(x, tensors), BlockListener.NONE);
            int next = 0; // of all rows
            for (long row = 0; row < rows.size(0); row += head.chunkRows()) {
                long count = Math.min(head.chunkRows(), rows.size(0) - row);
                try (PointerScope inner = new PointerScope()) {
                    T_TensorTensor_T top =
                            torch.topk(head.logitsOf(rows.narrow(0, row, count)), k, 1, true, true); // (R, k)
                    Tensor values = top.get0().to(ScalarType.Float).cpu().contiguous(); // (R, k)
                    Tensor places = top.get1().to(ScalarType.Int).cpu().contiguous(); // (R, k)
                    FloatPointer value = new FloatPointer(values.data_ptr());
                    IntPointer place = new IntPointer(places.data_ptr());
                    for (long r = 0; r < count; r++, next++) {
                        while (targets[next] == Batch.IGNORED) {
                            next++;
                        }
                        value.position(r * k).get(logits, next * k, k);
                        place.position(r * k).get(ids, next * k, k);
                    }
                }
            }
        }
        return new TopLogits(k, ids, logits);
    }
}
