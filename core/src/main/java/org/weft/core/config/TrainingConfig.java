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

        @Doc("What servers update with: sgd; nesterov (training.momentum); adam, adamw, amsgrad (training.beta1,"
                + " beta2, epsilon); muon (matrices of blocks orthogonalised, training.muon_momentum; adamw for all"
                + " else, at the same learning rate and weight decay).")
        OptimizerKind optimizer,

        @Doc("Peak learning rate.") double learningRate,

        @Doc("Learning rate that the schedule comes to when the last step is done, as PyTorch's and Hugging Face's:"
                + " the last step's own is a little above.")
        double minLearningRate,

        @Doc("Steps of linear warm-up, the first of which has 1 / warmup_steps of the peak.")
        int warmupSteps,

        @Doc("What follows the warm-up: cosine; linear; constant; or wsd (warm-up, stable, decay): the peak, and"
                + " training.decay_steps of decay at the end. A run of wsd can be prolonged from where its decay"
                + " begins without a jump.")
        Schedule schedule,

        @Doc("wsd: steps of the decay, the run's last ones; 0 for a fifth of training.steps.")
        int decaySteps,

        @Doc("wsd: the way down: sqrt (1 - sqrt, steep at first), linear, or cosine.")
        Decay decay,

        @Doc("Learning rates in place of warm-up and schedule: step:rate, in the order of steps from 0, each"
                + " holding until the next.")
        List<String> learningRates,

        @Doc(
                "Weight decay, decoupled for adamw and muon, else added to the gradient; none on norms, biases and positions of"
                        + " one dimension.")
        double weightDecay,

        @Doc("nesterov: decay of the velocity.") double momentum,

        @Doc("muon: decay of the matrices' momentum.") double muonMomentum,

        @Doc("Decay of the first moment.") double beta1,
        @Doc("Decay of the second moment.") double beta2,
        @Doc("Term in the denominator.") double epsilon,

        @Doc("Add epsilon to the root of the second moment as it is (Deeplearning4j, TensorFlow), not of the one"
                + " corrected for its start at zero (PyTorch).")
        boolean epsilonHat,

        @Doc("Largest global norm of the gradient; 0 for no clipping.")
        double clipNorm,

        @Doc("What follows a loss or gradient that is not finite: stop (before the update), or skip (the step"
                + " leaves the parameters as they are; ten in a row stop the run).")
        NonFinite nonFinite,

        @Doc("fp32; or bf16: matrix products of blocks and head in bfloat16, everything else and the servers'"
                + " parameters in float32.")
        Precision precision,

        @Doc("Weights of the blocks' linear layers as forward and backward take them: none (as they are); int8"
                + " (rounded to 8 bits with a scale for each output) or int4 (to 4 bits with a scale for each"
                + " group of training.quantization_group_size inputs), as weft quantize --method nearest rounds"
                + " them. Servers keep float32, and gradients go to it as if nothing had been rounded.")
        Quantization quantization,

        @Doc("int4: inputs that share a scale; an even number that divides every width of a linear layer.")
        int quantizationGroupSize,

        @Doc("Keep only each block's input for backward and compute the block again then: less memory, about a"
                + " third more time, the same gradients.")
        boolean recompute,

        @Doc("bert: fraction of each sequence's tokens to predict; 80 % of them are masked, 10 % replaced, 10 %"
                + " kept. t5: fraction of a text's tokens that is cut out for the decoder to write.")
        double maskFraction,

        @Doc("t5: tokens of a span that is cut out, on the average.")
        double meanSpanLength,

        @Doc("How documents fill a sequence: stream (one after the other, cut anywhere); greedy (whole, in their"
                + " order, as many as fit) or best_fit (whole, so that little is filled up): only what is longer"
                + " than model.context is cut. Causal models.")
        Packing packing,

        @Doc("Whether a token looks at its own document alone and its positions count from the document's start:"
                + " documents of one sequence have nothing to do with each other.")
        boolean documentAttention,

        @Doc("Weights of the corpus's sources by step, in rising order of from_step; empty: corpus.sources' own"
                + " throughout.")
        List<CurriculumStage> curriculum,

        @Doc("Evaluate on validation every so many steps; 0 for never.")
        int evalEvery,

        @Doc("Micro-batches of one evaluation during training, of each source of the corpus.")
        int evalBatches,

        @Doc("Weights of blocks' matrices that are zero.") PruningConfig pruning)
        implements Serializable {

    /** What servers update with. */
    public enum OptimizerKind implements Word {
        SGD,
        NESTEROV,
        ADAM,
        ADAMW,
        AMSGRAD,
        MUON
    }

    /** What the learning rate does after the warm-up. */
    public enum Schedule implements Word {
        COSINE,
        LINEAR,
        CONSTANT,
        WSD
    }

    /** The way from the peak to the least learning rate at the end of {@link Schedule#WSD}. */
    public enum Decay implements Word {
        SQRT,
        LINEAR,
        COSINE
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

    /** What weights are rounded to while a model trains. */
    public enum Quantization implements Word {
        NONE,
        INT8,
        INT4
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
                Schedule.COSINE,
                0,
                Decay.SQRT,
                List.of(),
                0.1,
                0.9,
                0.95,
                0.9,
                0.95,
                1e-8,
                false,
                1.0,
                NonFinite.STOP,
                Precision.FP32,
                Quantization.NONE,
                128,
                false,
                0.15,
                3,
                Packing.STREAM,
                false,
                List.of(),
                100,
                20,
                PruningConfig.defaults());
    }

    /** The same for another number of steps. */
    public TrainingConfig withSteps(int other) {
        return Records.with(this, "steps", other);
    }

    /** The same where nothing becomes zero, nor stays so. */
    public TrainingConfig withoutPruning() {
        return Records.with(this, "pruning", PruningConfig.defaults());
    }

    /**
     * Where the learning rate leaves its peak in {@link Schedule#WSD}: the version that a longer run goes on from without a jump.
     *
     * @return {@link #steps} where it does not, or does otherwise
     */
    public int decayBegins() {
        if (schedule != Schedule.WSD || !learningRates.isEmpty()) {
            return steps;
        }
        int decays = decaySteps == 0 ? (steps + 4) / 5 : decaySteps;
        return Math.max(Math.min(warmupSteps, steps), steps - decays);
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
        new TrainingChecks(this, problems).run();
    }
}
