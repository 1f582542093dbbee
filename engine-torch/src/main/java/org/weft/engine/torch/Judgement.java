package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.HeadKind;
import org.weft.core.model.TaskHead;
import org.weft.engine.ClassCounts;
import org.weft.engine.Evaluated;

/** What a batch says of parameters, by what the model predicts. */
final class Judgement {
    private Judgement() {}

    /** On the replica's thread. */
    static Evaluated of(TorchReplica replica, Batch batch) {
        TaskHead head = replica.shape.adaptation().head();
        if (batch.asked() instanceof Targets.Preferences pairs) {
            return Evaluated.ofPairs(pairs.costs(replica.sequenceNats(batch)));
        }
        if (head.kind() == HeadKind.LANGUAGE) {
            return Evaluated.ofLoss(replica.loss(batch));
        }
        try (PointerScope scope = new PointerScope()) {
            BatchTensors tensors = replica.onDevice(batch);
            Tensor outputs = replica.passes().outputs(tensors, scope); // (B or B T, K)
            return new Evaluated(
                    replica.passes().loss(outputs, tensors), ClassCounts.of(head, Logits.toHost(outputs), batch));
        }
    }
}
