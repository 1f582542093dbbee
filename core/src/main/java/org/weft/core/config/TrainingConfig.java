package org.weft.core.config;

import java.io.Serializable;
import java.util.List;
import org.weft.core.Records;

/** The optimization. Batch sizes count sequences of {@code model.context} tokens. */
public record TrainingConfig(
        @Doc("Steps of the whole run; resuming goes on to this step.")
        int steps,

        @Doc("Sequences of one step over all workers.") int globalBatch,

        @Doc("Sequences that a replica takes forward and backward at once.")
        int microBatch,

        @Doc("Parts of the global batch, a power of two; fixes the order of every sum, whatever the cluster is.")
        int lanes,

        @Doc(
                "What servers update with: sgd; nesterov (training.momentum); adam, adamw, amsgrad (training.beta1, beta2, "
                        + "epsilon).")
        OptimizerKind optimizer,

        @Doc("Peak learning rate.") double learningRate,

        @Doc(
                "Learning rate that the cosine comes to when the last step is done, as PyTorch's and Hugging Face's: the last "
                        + "step's own is a little above.")
        double minLearningRate,

        @Doc("Steps of linear warm-up, the first of which has 1 / warmup_steps of the peak.")
        int warmupSteps,

        @Doc(
                "Learning rates in place of warm-up and cosine: step:rate, in the order of steps from 0, each holding until the "
                        + "next.")
        List<String> learningRates,

        @Doc(
                "Weight decay, decoupled for adamw, else added to the gradient; none on norms, biases and positions of one "
                        + "dimension.")
        double weightDecay,

        @Doc("nesterov: decay of the velocity.") double momentum,
        @Doc("Decay of the first moment.") double beta1,
        @Doc("Decay of the second moment.") double beta2,
        @Doc("Term in the denominator.") double epsilon,

        @Doc(
                "Add epsilon to the root of the second moment as it is (Deeplearning4j, TensorFlow), not of the one corrected "
                        + "for its start at zero (PyTorch).")
        boolean epsilonHat,

        @Doc("Largest global norm of the gradient; 0 for no clipping.")
        double clipNorm,

        @Doc(
                "What follows a loss or gradient that is not finite: stop (before the update), or skip (the step leaves the "
                        + "parameters as they are; ten in a row stop the run).")
        NonFinite nonFinite,

        @Doc(
                "fp32; or bf16: matrix products of blocks and head in bfloat16, everything else and the servers' parameters in "
                        + "float32.")
        Precision precision,

        @Doc(
                "Keep only each block's input for backward and compute the block again then: less memory, about a third more "
                        + "time, the same gradients.")
        boolean recompute,

        @Doc(
                "bert: fraction of each sequence's tokens to predict; 80 % of them are masked, 10 % replaced, 10 % kept. t5:"
                        + " fraction of a text's tokens that is cut out for the decoder to write.")
        double maskFraction,

        @Doc("t5: tokens of a span that is cut out, on the average.")
        double meanSpanLength,

        @Doc(
                "How documents fill a sequence: stream (one after the other, cut anywhere); greedy (whole, in their order, as "
                        + "many as fit) or best_fit (whole, so that little is filled up): only what is longer than "
                        + "model.context is cut. Causal models.")
        Packing packing,

        @Doc(
                "Whether a token looks at its own document alone and its positions count from the document's start: documents "
                        + "of one sequence have nothing to do with each other.")
        boolean documentAttention,

        @Doc(
                "Weights of the corpus's sources by step, in rising order of from_step; empty: corpus.sources' own throughout.")
        List<CurriculumStage> curriculum,

        @Doc("Evaluate on validation every so many steps; 0 for never.")
        int evalEvery,

        @Doc("Micro-batches of one evaluation during training, of each source of the corpus.")
        int evalBatches)
        implements Serializable {

    /** What servers update with. */
    public enum OptimizerKind implements Word {
        SGD,
        NESTEROV,
        ADAM,
        ADAMW,
        AMSGRAD
    }

    /** What follows a loss or gradient that is not finite. */
    public enum NonFinite implements Word {
        STOP,
        SKIP
    }

    /** What matrix products are computed in. */
    public enum Precision implements Word {
        FP32,
        BF16
    }

    /** How documents fill sequences. */
    public enum Packing implements Word {
        STREAM,
        GREEDY,
        BEST_FIT;

        /** Whether a document is cut only where it is longer than a sequence. */
        public boolean whole() {
            return this != STREAM;
        }
    }

    static TrainingConfig defaults() {
        return new TrainingConfig(
                1000,
                32,
                4,
                8,
                OptimizerKind.ADAMW,
                6e-4,
                6e-5,
                50,
                List.of(),
                0.1,
                0.9,
                0.9,
                0.95,
                1e-8,
                false,
                1.0,
                NonFinite.STOP,
                Precision.FP32,
                false,
                0.15,
                3,
                Packing.STREAM,
                false,
                List.of(),
                100,
                20);
    }

    /** The same for another number of steps. */
    public TrainingConfig withSteps(int other) {
        return Records.with(this, "steps", other);
    }

    /** Sequences of one lane. */
    public int laneBatch() {
        return globalBatch / lanes;
    }

    /** Micro-batches of one lane of one step. */
    public int microBatchesPerLane() {
        return laneBatch() / microBatch;
    }

    void validate(Problems problems) {
        problems.require(steps >= 0, "training.steps=%d must not be negative", steps);
        boolean powerOfTwo = lanes >= 1 && Integer.bitCount(lanes) == 1;
        problems.require(powerOfTwo, "training.lanes=%d must be a power of two", lanes);
        problems.require(microBatch >= 1, "training.micro_batch=%d must be at least 1", microBatch);
        problems.require(globalBatch >= 1, "training.global_batch=%d must be at least 1", globalBatch);
        if (powerOfTwo && globalBatch >= 1 && microBatch >= 1) {
            problems.require(
                    globalBatch % lanes == 0,
                    "training.global_batch=%d is not divisible into training.lanes=%d",
                    globalBatch,
                    lanes);
            problems.require(
                    globalBatch % lanes != 0 || laneBatch() % microBatch == 0,
                    "a lane's %d sequences (training.global_batch=%d / training.lanes=%d) are not divisible into"
                            + " training.micro_batch=%d",
                    laneBatch(),
                    globalBatch,
                    lanes,
                    microBatch);
        }
        validateOptimizer(problems);
        problems.require(clipNorm >= 0, "training.clip_norm=%s must not be negative", clipNorm);
        problems.require(
                maskFraction > 0 && maskFraction < 1, "training.mask_fraction=%s must be in (0, 1)", maskFraction);
        problems.require(meanSpanLength >= 1, "training.mean_span_length=%s must be at least 1 token", meanSpanLength);
        validateCurriculum(problems);
        problems.require(evalEvery >= 0, "training.eval_every=%d must not be negative", evalEvery);
        problems.require(evalBatches >= 1, "training.eval_batches=%d must be at least 1", evalBatches);
    }

    private void validateCurriculum(Problems problems) {
        for (int i = 0; i < curriculum.size(); i++) {
            String key = "training.curriculum[" + i + "]";
            curriculum.get(i).validate(key, problems);
            problems.require(
                    i == 0
                            || curriculum.get(i).fromStep()
                                    > curriculum.get(i - 1).fromStep(),
                    "%s.from_step=%d must be greater than that of the stage before",
                    key,
                    curriculum.get(i).fromStep());
        }
    }

    private void validateOptimizer(Problems problems) {
        problems.require(momentum >= 0 && momentum < 1, "training.momentum=%s must be in [0, 1)", momentum);
        for (String pair : learningRates) {
            problems.require(
                    pair.matches("\\d{1,9}:\\d+(\\.\\d*)?([eE][+-]?\\d{1,3})?"),
                    "training.learning_rates: %s is not written step:rate",
                    pair);
        }
        problems.require(
                learningRates.isEmpty() || learningRates.get(0).matches("0+:.*"),
                "training.learning_rates: the first is %s, but there must be a rate for step 0",
                learningRates.isEmpty() ? "" : learningRates.get(0));
        problems.require(learningRate > 0, "training.learning_rate=%s must be positive", learningRate);
        problems.require(
                minLearningRate >= 0 && minLearningRate <= learningRate,
                "training.min_learning_rate=%s must be in [0, training.learning_rate=%s]",
                minLearningRate,
                learningRate);
        problems.require(warmupSteps >= 0, "training.warmup_steps=%d must not be negative", warmupSteps);
        problems.require(weightDecay >= 0, "training.weight_decay=%s must not be negative", weightDecay);
        problems.require(beta1 >= 0 && beta1 < 1, "training.beta1=%s must be in [0, 1)", beta1);
        problems.require(beta2 >= 0 && beta2 < 1, "training.beta2=%s must be in [0, 1)", beta2);
        problems.require(epsilon > 0, "training.epsilon=%s must be positive", epsilon);
        problems.requireFloat32("training.learning_rate", learningRate);
        problems.requireFloat32("training.weight_decay", weightDecay);
        problems.requireFloat32("training.epsilon", epsilon);
    }
}
