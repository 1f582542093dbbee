package org.weft.tuning.finetune;

import java.nio.ByteBuffer;
import java.util.List;
import org.weft.core.batches.Batch;
import org.weft.core.params.ParameterLayout;
import org.weft.engine.Figure;
import org.weft.engine.GradientListener;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;
import org.weft.engine.ParameterPages;
import org.weft.engine.Replica;
import org.weft.engine.SequenceLosses;

/**
 * A replica that learns as another does, and judges in evaluations by a rule of its own. A batch's tallies are a function of its
 * examples and the parameters, whoever evaluates it. Owned by the thread that opened it.
 */
abstract class JudgingReplica implements Replica<Batch> {
    /** Closed with this one. */
    final ModelReplica replica;

    JudgingReplica(ModelReplica replica) {
        this.replica = replica;
    }

    @Override
    public ParameterLayout layout() {
        return replica.layout();
    }

    @Override
    public ByteBuffer parameters(long offset, int length) {
        return replica.parameters(offset, length);
    }

    @Override
    public boolean roundsFactors() {
        return replica.roundsFactors();
    }

    @Override
    public void parametersWritten(long offset, long length) {
        replica.parametersWritten(offset, length);
    }

    @Override
    public boolean follow(ParameterPages pages) {
        return replica.follow(pages);
    }

    @Override
    public void zeroGradients() {
        replica.zeroGradients();
    }

    @Override
    public double accumulateGradient(Batch batch, double normalizer, MicroBatchKey key, GradientListener listener) {
        return replica.accumulateGradient(batch, normalizer, key, listener);
    }

    @Override
    public double accumulateGradient(
            Batch batch, double normalizer, MicroBatchKey key, GradientListener listener, SequenceLosses losses) {
        return replica.accumulateGradient(batch, normalizer, key, listener, losses);
    }

    @Override
    public List<Figure> figures() {
        return replica.figures();
    }

    @Override
    public ByteBuffer gradients(long offset, int length) {
        return replica.gradients(offset, length);
    }

    @Override
    public double loss(Batch batch) {
        return replica.loss(batch);
    }

    @Override
    public double measurePeakFlops() {
        return replica.measurePeakFlops();
    }

    @Override
    public void close() {
        replica.close();
    }
}
