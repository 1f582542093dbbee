package org.weft.engine.torch;

import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.batches.Batch;
import org.weft.core.taught.TeacherLogits;

/**
 * The likeliest tokens at each place, a few rows at a time: logits of a whole batch are never held.
 *
 * <p>N rows, M rows at which something is predicted, R of them at once, D width, V vocabulary.
 */
final class TopTokens {
    private TopTokens() {}

    /** On the replica's thread, without dropout. */
    static TeacherLogits.Rows of(TorchReplica replica, Batch batch, int k) {
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
                    float[] values = Logits.flat(top.get0()); // (R, k)
                    Tensor places = top.get1().to(ScalarType.Int).cpu().contiguous(); // (R, k)
                    IntPointer place = new IntPointer(places.data_ptr());
                    for (int r = 0; r < count; r++, next++) {
                        while (targets[next] == Batch.IGNORED) {
                            next++;
                        }
                        System.arraycopy(values, r * k, logits, next * k, k);
                        place.position((long) r * k).get(ids, next * k, k);
                    }
                }
            }
        }
        return new TeacherLogits.Rows(k, ids, logits);
    }
}
