package org.weft.engine.torch;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.DistillationConfig;
import org.weft.core.config.DistillationConfig.HiddenLoss;

/**
 * What a teacher says of a micro-batch, and what that makes of the loss (Hinton et al. 2015, section 2): with the task's own loss L, a
 * temperature t and a weight a it is (1 - a) L + a t² KL(p ‖ q), p and q being softmax over t of what teacher and student predict.
 * Hidden states come on top. What is predicted of tokens has its gradient written down, of everything else by autograd.
 *
 * <p>B sequences, T tokens, M rows at which something is predicted, R of them at once, D width, V vocabulary, K outputs of a task.
 */
final class Lesson {
    /** Stands for minus infinity where a difference of two is taken: its softmax is 0 in float32 and float64. */
    private static final double NEVER = -1e4;

    private static final double LEAST_NORM = 1e-12;
    private static final long[] LAST = {1};
    private static final long[] WIDTH = {2};

    private final DistillationConfig how;
    private final Tensor said;
    private final OutputHead head;
    private final TargetTensors.Taught kept; // null where a teacher is asked
    private final Tensor[] states;
    private final int compared;
    private final Tensor task; // (1), in float64
    private final Tensor taught; // (1), in float64
    private final Tensor hidden; // (1), in float64

    /**
     * @param said of tokens what the teacher's head takes, (M, D) of the teacher's width; otherwise what it predicts
     * @param head the teacher's; null where it is a task's
     * @param states by block of the student's what the teacher's hidden states there are, (B, T, D); null where they are not compared
     */
    Lesson(DistillationConfig how, Tensor said, OutputHead head, Tensor[] states) {
        this(how, said, head, states, null);
    }

    /** What was kept of one. */
    Lesson(DistillationConfig how, TargetTensors.Taught kept, int blocks) {
        this(how, kept.logits(), null, new Tensor[blocks], kept);
    }

    private Lesson(DistillationConfig how, Tensor said, OutputHead head, Tensor[] states, TargetTensors.Taught kept) {
        this.how = how;
        this.said = said;
        this.head = head;
        this.states = states;
        this.kept = kept;
        int count = 0;
        for (Tensor state : states) {
            count += state == null ? 0 : 1;
        }
        compared = count;
        task = zero();
        taught = zero();
        hidden = zero();
    }

    private Tensor zero() {
        try (TensorOptions options = new TensorOptions(ScalarType.Double)) {
            return torch.zeros(LAST, options).to(said.device(), ScalarType.Double); // (1)
        }
    }

    /** What the teacher predicts of what is no token. (B or B T, K) */
    Tensor said() {
        return said;
    }

    /**
     * Of a few rows.
     *
     * @param losses nats of each, (R, 1)
     * @param error the gradient of their sum by the student's logits, (R, V)
     */
    record Rows(Tensor losses, Tensor error) {}

    /**
     * What tokens cost.
     *
     * @param scores the student's logits, (R, V)
     * @param targets (R, 1)
     * @param row of all rows, the first of these
     */
    Rows rows(Tensor scores, Tensor targets, long row) {
        double a = how.weight();
        double t = how.temperature();
        Tensor own = scores.log_softmax(1); // (R, V)
        Tensor hard = own.gather(1, targets).neg_(); // (R, 1)
        Tensor one = torch.full_like(hard, new Scalar(-1.0)); // (R, 1)
        Tensor error = own.exp_().scatter_add_(1, targets, one).mul_(new Scalar(1 - a)); // (R, V)
        Tensor q = softened(scores); // (R, V)
        Tensor soft = kept == null ? asked(q, error, row) : looked(q, error, row); // (R, 1)
        error.add_(q.exp_(), new Scalar(a * t)); // (R, V)
        add(task, hard);
        add(taught, soft);
        return new Rows(hard.mul_(new Scalar(1 - a)).add_(soft, new Scalar(a)), error);
    }

    /** t² KL of what the teacher says; takes its softmax from the gradient. (R, V) to (R, 1) */
    private Tensor asked(Tensor q, Tensor error, long row) {
        Tensor p = softened(head.logitsOf(said.narrow(0, row, q.size(0)))); // (R, V)
        Tensor likely = p.exp(); // (R, V)
        error.sub_(likely, new Scalar(how.weight() * how.temperature())); // (R, V)
        return likely.mul_(p.sub_(q)).sum(LAST, true, null).mul_(square()); // (R, 1)
    }

    /** The same among the tokens that were kept, all others being as likely as nothing. */
    private Tensor looked(Tensor q, Tensor error, long row) {
        Tensor ids = kept.ids().narrow(0, row, q.size(0)); // (R, k)
        Tensor p = softened(said.narrow(0, row, q.size(0)).to(q.scalar_type())); // (R, k)
        Tensor likely = p.exp(); // (R, k)
        error.scatter_add_(1, ids, likely.mul(new Scalar(-how.weight() * how.temperature()))); // (R, V)
        return likely.mul_(p.sub_(q.gather(1, ids))).sum(LAST, true, null).mul_(square()); // (R, 1)
    }

    /** Softmax over the temperature, as logarithms. (M, K) */
    private Tensor softened(Tensor logits) {
        return logits.div(new Scalar(how.temperature())).log_softmax(1);
    }

    /** t² KL(p ‖ q), row by row; what is minus infinity in both is so in p alone. (M, K) twice to (M) */
    Tensor divergence(Tensor teacher, Tensor student) {
        Tensor p = softened(teacher.to(student.scalar_type()).clamp_min(new Scalar(NEVER))); // (M, K)
        Tensor q = softened(student.clamp_min(new Scalar(NEVER))); // (M, K)
        return p.exp().mul(p.sub(q)).sum(1).mul(square()); // (M)
    }

    /** The same of yes and no, in the mean over labels. (B, K) twice to (B) */
    Tensor divergenceOfBits(Tensor teacher, Tensor student) {
        Tensor s = student.div(new Scalar(how.temperature())); // (B, K)
        Tensor t = teacher.to(s.scalar_type()).div(new Scalar(how.temperature())); // (B, K)
        Tensor yes = t.sigmoid(); // (B, K)
        Tensor no = t.neg().sigmoid(); // (B, K)
        Tensor apart = yes.mul(torch.log_sigmoid(t).sub(torch.log_sigmoid(s)));
        Tensor other = no.mul(torch.log_sigmoid(t.neg()).sub(torch.log_sigmoid(s.neg())));
        return apart.add(other).mean(1).mul(square()); // (B)
    }

    private Scalar square() {
        return new Scalar(how.temperature() * how.temperature());
    }

    /**
     * The loss of both parts.
     *
     * @param own the task's loss, (1), in float64
     * @param soft what the teacher's predictions make of it, row by row
     * @return (1), in float64
     */
    Tensor mixed(Tensor own, Tensor soft) {
        Tensor sum = soft.to(ScalarType.Double).sum().view(1); // (1)
        add(task, own.detach());
        add(taught, sum.detach());
        return own.mul(new Scalar(1 - how.weight())).add(sum, new Scalar(how.weight()));
    }

    /**
     * Adds what a block's hidden states cost beside the teacher's to the gradient by them; nothing of a block that is not compared.
     *
     * @param x (B, T, D)
     * @param gradient of sum / normalizer, (B, T, D)
     */
    void addHidden(int block, Tensor x, Tensor gradient, BatchTensors batch, double normalizer) {
        if (states[block] == null) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor target = states[block].to(x.scalar_type()); // (B, T, D)
            Tensor weights = weights(batch, x).div_(new Scalar(compared)); // (B, T, 1)
            double scale = how.hiddenWeight() / normalizer;
            if (how.hiddenLoss() == HiddenLoss.MSE) {
                Tensor apart = x.sub(target); // (B, T, D)
                add(hidden, apart.square().sum(WIDTH, true, null).mul_(weights).div_(new Scalar((double) x.size(2))));
                gradient.add_(apart.mul_(weights), new Scalar(2 * scale / x.size(2)));
            } else {
                Tensor length = length(x); // (B, T, 1)
                Tensor own = x.div(length); // (B, T, D)
                Tensor theirs = target.div(length(target)); // (B, T, D)
                Tensor cosine = own.mul(theirs).sum(WIDTH, true, null); // (B, T, 1)
                add(hidden, cosine.neg().add_(new Scalar(1.0)).mul_(weights));
                Tensor slope = own.mul_(cosine).sub_(theirs).div_(length).mul_(weights); // (B, T, D)
                gradient.add_(slope, new Scalar(scale));
            }
        }
    }

    private static Tensor length(Tensor x) {
        return x.square().sum(WIDTH, true, null).sqrt_().clamp_min_(new Scalar(LEAST_NORM)); // (B, T, 1)
    }

    /** Tokens at which something is predicted count 1; where sequences are judged, all tokens of what has one loss together. (B, T, 1) */
    private static Tensor weights(BatchTensors batch, Tensor x) {
        Tensor like = x.narrow(2, 0, 1).detach(); // (B, T, 1)
        TargetTensors targets = batch.targets();
        if (targets instanceof TargetTensors.Tokens || targets instanceof TargetTensors.Pairs) {
            TargetTensors.Tokens tokens = targets.ofTokens();
            Tensor ones = torch.empty(new long[] {tokens.ids().size(0), 1}, like.options(), null)
                    .fill_(new Scalar(1.0)); // (M, 1)
            return tokens.spread(ones, like);
        }
        double parts = targets instanceof TargetTensors.Contrast contrast
                ? contrast.asked().parts()
                : 1;
        return batch.tokens()
                .padding()
                .map(padding -> padding.present()
                        .unsqueeze(2)
                        .to(like.scalar_type())
                        .div(padding.lengths().view(-1, 1, 1)))
                .orElseGet(() -> torch.full_like(like, new Scalar(1.0 / x.size(1))))
                .div(new Scalar(parts)); // (B, T, 1)
    }

    private static void add(Tensor sum, Tensor part) {
        sum.add_(part.sum(new ScalarTypeOptional(ScalarType.Double)));
    }

    /** Of the task's own loss, summed over what is predicted. */
    double task() {
        return task.item_double();
    }

    /** Of the teacher's part, before it is weighed. */
    double taught() {
        return taught.item_double();
    }

    /** Of hidden states, in the mean over those that are compared, before it is weighed. */
    double hidden() {
        return hidden.item_double();
    }

    /** What hidden states add to the loss. */
    double hiddenPart() {
        return compared == 0 ? 0 : how.hiddenWeight() * hidden();
    }
}
