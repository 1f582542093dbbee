package org.weft.engine.torch;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.model.AdaptedLayout;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead;

/**
 * Labels of sequences or of tokens, or a span, are predicted by one linear layer. Losses are PyTorch's
 * ({@code cross_entropy} with weights and smoothing, {@code binary_cross_entropy_with_logits}, {@code mse_loss}), but
 * summed over examples.
 *
 * <p>B sequences, T tokens, M rows at which something is predicted, D width, K outputs.
 */
final class TaskTail implements Tail {
    private final Transformer model;
    private final TaskHead head;
    private final Linear linear; // (K, D)
    private final Tensor classWeights; // (K), or null

    TaskTail(Transformer model, ModelShape shape, FlatTensors flat) {
        this.model = model;
        head = shape.adaptation().head();
        String name = AdaptedLayout.headName(shape);
        linear = Linear.outputFirst(name, flat);
        classWeights = head.classWeights().isEmpty()
                ? null
                : weights(head.classWeights(), flat.parameters().tensor());
    }

    private static Tensor weights(List<Double> weights, Tensor like) {
        double[] values = weights.stream().mapToDouble(Double::doubleValue).toArray();
        return Tensor.create(values).to(like.device(), like.scalar_type()); // (K)
    }

    /** Of examples of one data set: nobody tells their sequences apart. */
    @Override
    public Result lossAndGradient(
            Tensor x, BatchTensors batch, double normalizer, RandomStreams dropout, boolean apart, PointerScope scope) {
        return Tail.recorded(x, normalizer, scope, input -> {
            Tensor outputs = outputs(input, batch.tokens(), dropout.with(head.dropout())); // (B or B T, K)
            Tensor own = lossOf(outputs, batch); // (1)
            return batch.lesson() == null ? own : batch.lesson().mixed(own, taught(outputs, batch));
        });
    }

    @Override
    public Tensor loss(Tensor x, BatchTensors batch) {
        return lossOf(outputs(x, batch.tokens(), RandomStreams.NONE), batch);
    }

    @Override
    public Tensor said(Tensor x, BatchTensors batch) {
        return outputs(x, batch.tokens(), RandomStreams.NONE); // (B or B T, K)
    }

    /** What the teacher's outputs make of these cost; values have no temperature. (B or M) */
    private Tensor taught(Tensor outputs, BatchTensors batch) {
        Lesson lesson = batch.lesson();
        Tensor said = lesson.said(); // (B or B T, K)
        return switch (head.kind()) {
            case CLASSES -> lesson.divergence(said, outputs);
            case BITS -> lesson.divergenceOfBits(said, outputs);
            case VALUES -> outputs.sub(said.to(outputs.scalar_type())).square().mean(1);
            case TOKEN_CLASSES -> {
                TargetTensors.Tokens tokens = batch.targets().ofTokens();
                yield lesson.divergence(tokens.choose(said), tokens.choose(outputs));
            }
            case SPAN ->
                lesson.divergence(ends(said, batch.tokens()), ends(outputs, batch.tokens()))
                        .view(-1, 2)
                        .mean(1);
            case LANGUAGE, EMBEDDING -> throw new IllegalStateException("predicted elsewhere: " + head.kind());
        };
    }

    /** Scores of where each of the two ends is. (B T, 2) to (2 B, T) */
    private static Tensor ends(Tensor outputs, TokenTensors tokens) {
        return spanScores(outputs, tokens).transpose(1, 2).reshape(-1, tokens.context());
    }

    /** What is predicted of each sequence (B, K), or of each token (B T, K). */
    Tensor outputs(Tensor x, TokenTensors tokens, RandomStreams dropout) {
        Tensor rows = head.ofSequence()
                ? pooled(x, tokens, dropout)
                : model.judged(model.states(x.reshape(-1, x.size(2)))); // (B or B T, D)
        Tensor logits = linear.apply(dropout.drop(rows, RandomStreams.HEAD));
        return logits.to(x.scalar_type());
    }

    private Tensor pooled(Tensor x, TokenTensors tokens, RandomStreams dropout) {
        return head.pooler()
                ? model.pooled(x.select(1, 0), dropout).to(x.scalar_type()) // (B, D)
                : model.judged(Pooled.of(model, x, tokens, head.pooling())); // (B, D)
    }

    /** The sum of losses from {@link #outputs}. (1), in float64 */
    Tensor lossOf(Tensor outputs, BatchTensors batch) {
        TargetTensors targets = batch.targets();
        Tensor loss =
                switch (head.kind()) {
                    case CLASSES -> sequenceLoss(outputs, targets.ofSequences());
                    case BITS -> bitLoss(outputs, targets.ofSequences().to(outputs.scalar_type()));
                    case VALUES ->
                        outputs.sub(targets.ofSequences().to(outputs.scalar_type()))
                                .square()
                                .mean(1);
                    case TOKEN_CLASSES -> tokenLoss(outputs, targets.ofTokens());
                    case SPAN -> spanLoss(outputs, batch.tokens(), targets.ofSequences());
                    case LANGUAGE, EMBEDDING -> throw new IllegalStateException("predicted elsewhere: " + head.kind());
                };
        return loss.to(ScalarType.Double).sum().view(1); // (1)
    }

    /**
     * (B, K) to (B)
     *
     * @param labels the class (B, 1), or with what the loss of each sequence counts (B, 2)
     */
    private Tensor sequenceLoss(Tensor outputs, Tensor labels) {
        Tensor loss = classLoss(outputs, labels.narrow(1, 0, 1).to(ScalarType.Long)); // (B)
        return labels.size(1) == 1 ? loss : loss.mul(labels.select(1, 1).to(loss.scalar_type()));
    }

    /** (B T, K) to (M) */
    private Tensor tokenLoss(Tensor outputs, TargetTensors.Tokens targets) {
        return classLoss(targets.choose(outputs), targets.ids());
    }

    /**
     * @param targets (M, 1)
     * @return (M)
     */
    private Tensor classLoss(Tensor outputs, Tensor targets) {
        Tensor cost = outputs.log_softmax(1).neg(); // (M, K)
        if (classWeights != null) {
            cost = cost.mul(classWeights);
        }
        Tensor loss = cost.gather(1, targets).squeeze(1); // (M)
        double smoothing = head.labelSmoothing();
        return smoothing == 0 ? loss : loss.mul(new Scalar(1 - smoothing)).add(cost.mean(1), new Scalar(smoothing));
    }

    /** max(z, 0) - z y + log(1 + exp(-|z|)), which never overflows. (B, K) to (B) */
    private static Tensor bitLoss(Tensor outputs, Tensor labels) {
        Tensor softened = torch.log1p(outputs.abs().neg().exp());
        return outputs.relu().sub(outputs.mul(labels)).add(softened).mean(1);
    }

    /**
     * (B T, 2) to (B)
     *
     * @param labels (B, 2 or more): the two ends stand first
     */
    private static Tensor spanLoss(Tensor outputs, TokenTensors tokens, Tensor labels) {
        Tensor scores = spanScores(outputs, tokens); // (B, T, 2)
        Tensor at = labels.narrow(1, 0, 2).to(ScalarType.Long).unsqueeze(1); // (B, 1, 2)
        return scores.log_softmax(1)
                .gather(1, at)
                .neg()
                .view(tokens.sequences(), 2)
                .mean(1); // (B)
    }

    /** Minus infinity where a sequence is filled up. (B T, 2) to (B, T, 2) */
    private static Tensor spanScores(Tensor outputs, TokenTensors tokens) {
        Tensor all = outputs.view(tokens.sequences(), tokens.context(), 2); // (B, T, 2)
        return tokens.padding()
                .map(padding -> padding.present().logical_not().unsqueeze(2)) // (B, T, 1)
                .map(absent -> all.masked_fill(absent, new Scalar(Double.NEGATIVE_INFINITY)))
                .orElse(all);
    }
}
