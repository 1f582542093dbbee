package org.weft.engine.torch;

import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.batches.Targets;
import org.weft.core.model.TaskHead.Pooling;

/**
 * Of the texts of a micro-batch each anchor is to be nearest to its own positive: softmax over scaled cosines and cross-entropy
 * (InfoNCE: van den Oord et al. 2018; the others' texts as negatives: Henderson et al. 2017, section 4.4), summed over anchors.
 *
 * <p>B anchors, S texts of a batch, C candidates: B positives, and B negatives where there are such, T tokens, D width.
 */
final class ContrastTail implements Tail {
    /** Below it a vector has no direction. */
    private static final double LEAST_NORM = 1e-12;

    private static final double NEVER = Double.NEGATIVE_INFINITY;

    private final Transformer model;
    private final Pooling pooling;

    ContrastTail(Transformer model, Pooling pooling) {
        this.model = model;
        this.pooling = pooling;
    }

    /** An anchor's loss is of all texts beside it: nobody tells sequences apart. */
    @Override
    public Result lossAndGradient(
            Tensor x, BatchTensors batch, double normalizer, RandomStreams dropout, boolean apart, PointerScope scope) {
        return Tail.recorded(x, normalizer, scope, input -> {
            Tensor scores = scores(input, batch); // (B, C)
            Tensor own = lossOf(scores, batch); // (1)
            return batch.lesson() == null ? own : batch.lesson().mixed(own, taught(scores, batch));
        });
    }

    @Override
    public Tensor loss(Tensor x, BatchTensors batch) {
        return lossOf(scores(x, batch), batch);
    }

    /** Among the same candidates. (B, C) */
    @Override
    public Tensor said(Tensor x, BatchTensors batch) {
        return scores(x, batch);
    }

    /** What the teacher's nearness makes of these cost. (B, C) to (B) */
    private static Tensor taught(Tensor scores, BatchTensors batch) {
        Tensor said = batch.lesson().said(); // (B, C)
        Tensor costs = batch.lesson().divergence(said, scores); // (B)
        if (!asked(batch).symmetric()) {
            return costs;
        }
        long anchors = scores.size(0);
        Tensor back = batch.lesson()
                .divergence(
                        said.narrow(1, 0, anchors).t(),
                        scores.narrow(1, 0, anchors).t()); // (B)
        return costs.add(back).div(new Scalar(2.0));
    }

    /** How near each anchor is to each candidate, scaled; -inf where it is its own positive once more. (S, T, D) to (B, C) */
    Tensor scores(Tensor x, BatchTensors batch) {
        Targets.Contrast asked = asked(batch);
        Tensor vectors = Pooled.of(model, x, batch.tokens(), pooling); // (S, D)
        Tensor lengths = vectors.square().sum(new long[] {1}, true, null).sqrt(); // (S, 1)
        Tensor directions = vectors.div(lengths.clamp_min(new Scalar(LEAST_NORM)))
                .view(-1, asked.parts(), vectors.size(1)); // (B, parts, D)
        Tensor candidates = directions.select(1, 1); // (B, D)
        if (asked.parts() > 2) {
            candidates = torch.cat(new TensorVector(candidates, directions.select(1, 2)), 0); // (C, D)
        }
        Tensor scores = torch.mm(directions.select(1, 0), candidates.t()).mul(new Scalar(asked.scale())); // (B, C)
        Optional<Tensor> twins = ((TargetTensors.Contrast) batch.targets()).twins();
        return twins.isPresent() ? scores.masked_fill(twins.get(), new Scalar(NEVER)) : scores; // (B, C)
    }

    /** (1), in float64 */
    Tensor lossOf(Tensor scores, BatchTensors batch) {
        Tensor costs = own(scores); // (B)
        if (asked(batch).symmetric()) {
            Tensor back = own(scores.narrow(1, 0, scores.size(0)).t()); // (B)
            costs = costs.add(back).div(new Scalar(2.0));
        }
        return costs.to(ScalarType.Double).sum().view(1); // (1)
    }

    /** What row i's candidate i costs. (B, C) to (B) */
    private static Tensor own(Tensor scores) {
        return scores.log_softmax(1).diagonal(0, 0, 1).neg();
    }

    private static Targets.Contrast asked(BatchTensors batch) {
        return ((TargetTensors.Contrast) batch.targets()).asked();
    }
}
