package org.weft.core.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;

/** How workers and servers keep step. */
public record SyncConfig(
        @Doc(
                "bsp: every step waits for all lanes. local: each lane takes sync.steps steps by itself, and servers move the parameters "
                        + "by the mean of where that led (DiLoCo). Either way the parameters do not depend on the cluster.")
        Mode mode,

        @Doc(
                "bsp: steps that a gradient is late by, always exactly: with 1 the lanes of step s are computed with the parameters of step "
                        + "s - 1 while the sums of step s - 1 are on their way, so that the exchange hides behind computation. 0 or 1.")
        int delay,

        @Doc(
                "What gradients are sent as: f32; bf16, a half of the bytes, rounded to nearest; int8, a quarter, and int4, an eighth, "
                        + "rounded by chance that is a function of seed, step, lane and element. Rounded, each lane travels by itself.")
        Gradients gradients,

        @Doc(
                "What parameters come as. auto: with training.precision=bf16 those that a replica only ever takes rounded, the factors of "
                        + "matrix products, as bfloat16, everything else as float32: the same bits, about half of the bytes. bf16: the same, and "
                        + "refused where it would save nothing (training.precision=fp32, sync.mode=local). f32: all as float32.")
        Parameters parameters,

        @Doc("local: steps of a round. Rounds end at its multiples, and with the run's last step.")
        int steps,

        @Doc(
                "local: learning rate of the servers' Nesterov on the lanes' mean difference. DiLoCo has 0.7, with a momentum of 0.9, for "
                        + "long runs.")
        double outerLearningRate,

        @Doc("local: momentum of the servers' Nesterov.") double outerMomentum,

        @Doc(
                "local: what a lane's optimizer begins a round with. keep: the mean of what the lanes' kept at the end of the round before "
                        + "(adamw: exp_avg and exp_avg_sq), which travels and is in checkpoints. reset: nothing, which saves those bytes.")
        InnerState innerState,

        @Doc(
                "bsp with sync.delay=1: steps at the run's beginning whose gradients are not late. local: steps at the run's beginning that are "
                        + "those of bsp, by training.optimizer on the servers; its state is what the first round's lanes begin with. That is where either "
                        + "costs the most: a fifth of the run's steps takes most of what late gradients cost away, and some of what rounds do.")
        int warmupSteps,

        @Doc(
                "bsp with sync.delay=1: what late gradients are taken at. true: where the optimizer is expected to have gone meanwhile, one step "
                        + "by the mean of gradients that it keeps (adam, adamw, amsgrad, nesterov). false: the parameters of the step before, "
                        + "as they are. auto: true where gradients are late and the optimizer keeps such a mean.")
        WeightPrediction weightPrediction)
        implements Serializable {

    /** When a step's update is decided. */
    public enum Mode implements Word {
        BSP,
        LOCAL
    }

    /** The form of gradients on the wire. */
    public enum Gradients implements Word {
        F32,
        BF16,
        INT8,
        INT4
    }

    /** The form of parameters on the wire. */
    public enum Parameters implements Word {
        AUTO,
        F32,
        BF16
    }

    /**
     * Whether parameters that a replica would round come rounded. Not where it takes steps of its own from them: these it takes
     * in float32.
     */
    public boolean roundsFactors(TrainingConfig training) {
        return parameters != Parameters.F32 && training.precision() == TrainingConfig.Precision.BF16 && !local();
    }

    /** What lanes' optimizers keep from round to round. */
    public enum InnerState implements Word {
        KEEP,
        RESET
    }

    /** Whether late gradients are taken at parameters that are predicted. */
    public enum WeightPrediction implements Word {
        AUTO,
        TRUE,
        FALSE
    }

    /** Whether servers of a run that is trained so predict parameters. */
    public boolean predictsWeights(TrainingConfig training) {
        return delay > 0 && weightPrediction != WeightPrediction.FALSE && keepsMean(training);
    }

    /** Whether what an optimizer keeps says where its next update leads. */
    private static boolean keepsMean(TrainingConfig training) {
        return training.optimizer() != TrainingConfig.OptimizerKind.SGD
                && training.optimizer() != TrainingConfig.OptimizerKind.MUON;
    }

    /** Steps that workers may push for, and versions that they may pull, at the same time. */
    public int openSteps() {
        return 1 + delay;
    }

    /** The version of the parameters that the gradient of a step is taken at. */
    public int versionFor(int step) {
        return step < warmupSteps ? step : Math.max(0, step - delay);
    }

    public boolean local() {
        return mode == Mode.LOCAL;
    }

    /** Whether lanes take steps of their own from this version on, and not one with all others. */
    public boolean takesRound(int version) {
        return local() && version >= warmupSteps;
    }

    /** Whether lanes push what their optimizers keep, and begin with the mean of it. */
    public boolean keepsInnerState() {
        return local() && innerState == InnerState.KEEP;
    }

    /**
     * The version that servers make next of one.
     *
     * @param steps of the whole run
     */
    public int versionAfter(int version, int steps) {
        if (!takesRound(version)) {
            return version + 1;
        }
        int end = (version / this.steps + 1) * this.steps;
        return version < steps ? Math.min(end, steps) : end;
    }

    /** Steps between two versions, at most. */
    public int stride() {
        return local() ? steps : 1;
    }

    /** Says what was done before there were the keys that a record lacks, where today's default is something else. */
    static void ofRecord(ObjectNode sync) {
        if (sync.path("delay").asInt() > 0 && !sync.has("weight_prediction")) {
            sync.put("weight_prediction", WeightPrediction.FALSE.word());
        }
        if (sync.path("mode").asText().equals(Mode.LOCAL.word()) && !sync.has("inner_state")) {
            sync.put("inner_state", InnerState.RESET.word());
        }
    }

    static SyncConfig defaults() {
        return new SyncConfig(
                Mode.BSP, 0, Gradients.F32, Parameters.AUTO, 50, 1, 0, InnerState.KEEP, 0, WeightPrediction.AUTO);
    }

    void validate(Problems problems, TrainingConfig training, CheckpointConfig checkpoint) {
        problems.require(delay == 0 || delay == 1, "sync.delay=%d must be 0 or 1", delay);
        problems.require(steps >= 1, "sync.steps=%d must be positive", steps);
        problems.require(
                outerLearningRate > 0 && Double.isFinite((float) outerLearningRate),
                "sync.outer_learning_rate=%s must be positive",
                outerLearningRate);
        problems.require(
                outerMomentum >= 0 && outerMomentum < 1,
                "sync.outer_momentum=%s must be from 0 to below 1",
                outerMomentum);
        problems.require(
                parameters != Parameters.BF16 || training.precision() == TrainingConfig.Precision.BF16,
                "sync.parameters=bf16 would round parameters that training.precision=%s computes with as they are: set"
                        + " training.precision=bf16, or leave it auto",
                training.precision().word());
        problems.require(
                parameters != Parameters.BF16 || !local(),
                "sync.parameters=bf16 is of sync.mode=bsp: lanes begin their rounds with parameters in float32; leave it auto");
        problems.require(
                warmupSteps >= 0 && (warmupSteps == 0 || delay > 0 || local()),
                "sync.warmup_steps=%d must be 0 or more, and 0 with sync.delay=%d and sync.mode=%s: they have every step"
                        + " as it is",
                warmupSteps,
                delay,
                mode.word());
        problems.require(
                weightPrediction != WeightPrediction.TRUE || delay > 0,
                "sync.weight_prediction=true is of sync.delay=1: with sync.delay=%d no gradient is late; leave it auto",
                delay);
        problems.require(
                weightPrediction != WeightPrediction.TRUE || keepsMean(training),
                "sync.weight_prediction=true needs an optimizer that keeps where its next update leads,"
                        + " training.optimizer=%s does not: leave it auto",
                training.optimizer().word());
        if (!local() || steps < 1) {
            return;
        }
        problems.require(delay == 0, "sync.delay=%d is of sync.mode=bsp: rounds of local steps are never late", delay);
        problems.require(
                checkpoint.every() % steps == 0,
                "checkpoint.every=%d must be a multiple of sync.steps=%d: parameters are there at the end of a round",
                checkpoint.every(),
                steps);
        problems.require(
                training.evalEvery() % steps == 0,
                "training.eval_every=%d must be a multiple of sync.steps=%d: parameters are there at the end of a round",
                training.evalEvery(),
                steps);
        problems.require(
                takesVersion(training.decayBegins(), training.steps()),
                "training.schedule=wsd decays from step %d on, which must be a multiple of sync.steps=%d: parameters are there at"
                        + " the end of a round; set training.decay_steps",
                training.decayBegins(),
                steps);
    }

    /** Whether there are parameters of this version. */
    private boolean takesVersion(int version, int last) {
        return version % steps == 0 || version <= warmupSteps || version == last;
    }
}
