package org.weft.core.config;

import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.config.TrainingConfig.Quantization;
import org.weft.core.config.TrainingConfig.Schedule;

/** What a training section has to fulfil. */
record TrainingChecks(TrainingConfig training, Problems problems) {

    void run() {
        problems.require(training.steps() >= 0, "training.steps=%d must not be negative", training.steps());
        boolean powerOfTwo = training.lanes() >= 1 && Integer.bitCount(training.lanes()) == 1;
        problems.require(powerOfTwo, "training.lanes=%d must be a power of two", training.lanes());
        problems.require(
                training.microBatch() >= 1, "training.micro_batch=%d must be at least 1", training.microBatch());
        problems.require(
                training.globalBatch() >= 1, "training.global_batch=%d must be at least 1", training.globalBatch());
        if (powerOfTwo && training.globalBatch() >= 1 && training.microBatch() >= 1) {
            problems.require(
                    training.globalBatch() % training.lanes() == 0,
                    "training.global_batch=%d is not divisible into training.lanes=%d",
                    training.globalBatch(),
                    training.lanes());
            problems.require(
                    training.globalBatch() % training.lanes() != 0 || training.laneBatch() % training.microBatch() == 0,
                    "a lane's %d sequences (training.global_batch=%d / training.lanes=%d) are not divisible into"
                            + " training.micro_batch=%d",
                    training.laneBatch(),
                    training.globalBatch(),
                    training.lanes(),
                    training.microBatch());
        }
        checkQuantization();
        checkOptimizer();
        problems.require(training.clipNorm() >= 0, "training.clip_norm=%s must not be negative", training.clipNorm());
        problems.require(
                training.maskFraction() > 0 && training.maskFraction() < 1,
                "training.mask_fraction=%s must be in (0, 1)",
                training.maskFraction());
        problems.require(
                training.meanSpanLength() >= 1,
                "training.mean_span_length=%s must be at least 1 token",
                training.meanSpanLength());
        checkCurriculum();
        problems.require(
                training.evalEvery() >= 0, "training.eval_every=%d must not be negative", training.evalEvery());
        problems.require(
                training.evalBatches() >= 1, "training.eval_batches=%d must be at least 1", training.evalBatches());
        training.pruning().validate(problems);
    }

    private void checkQuantization() {
        int group = training.quantizationGroupSize();
        boolean possible = group >= 2 && group % 2 == 0;
        boolean usual = group == TrainingConfig.defaults().quantizationGroupSize();
        problems.require(possible, "training.quantization_group_size=%d must be an even number from 2 on", group);
        problems.require(
                !possible || usual || training.quantization() == Quantization.INT4,
                "training.quantization_group_size=%d is for training.quantization=int4, which is %s",
                group,
                training.quantization().word());
        problems.require(
                training.quantization() == Quantization.NONE || training.precision() == Precision.FP32,
                "training.quantization=%s rounds float32 weights: it does not go with training.precision=%s, which"
                        + " rounds them itself",
                training.quantization().word(),
                training.precision().word());
    }

    private void checkCurriculum() {
        for (int i = 0; i < training.curriculum().size(); i++) {
            String key = "training.curriculum[" + i + "]";
            training.curriculum().get(i).validate(key, problems);
            problems.require(
                    i == 0
                            || training.curriculum().get(i).fromStep()
                                    > training.curriculum().get(i - 1).fromStep(),
                    "%s.from_step=%d must be greater than that of the stage before",
                    key,
                    training.curriculum().get(i).fromStep());
        }
    }

    private void checkOptimizer() {
        problems.require(
                training.momentum() >= 0 && training.momentum() < 1,
                "training.momentum=%s must be in [0, 1)",
                training.momentum());
        problems.require(
                training.muonMomentum() >= 0 && training.muonMomentum() < 1,
                "training.muon_momentum=%s must be in [0, 1)",
                training.muonMomentum());
        for (String pair : training.learningRates()) {
            problems.require(
                    pair.matches("\\d{1,9}:\\d+(\\.\\d*)?([eE][+-]?\\d{1,3})?"),
                    "training.learning_rates: %s is not written step:rate",
                    pair);
        }
        problems.require(
                training.learningRates().isEmpty()
                        || training.learningRates().get(0).matches("0+:.*"),
                "training.learning_rates: the first is %s, but there must be a rate for step 0",
                training.learningRates().isEmpty()
                        ? ""
                        : training.learningRates().get(0));
        checkSchedule();
        problems.require(
                training.weightDecay() >= 0, "training.weight_decay=%s must not be negative", training.weightDecay());
        problems.require(
                training.beta1() >= 0 && training.beta1() < 1, "training.beta1=%s must be in [0, 1)", training.beta1());
        problems.require(
                training.beta2() >= 0 && training.beta2() < 1, "training.beta2=%s must be in [0, 1)", training.beta2());
        problems.require(training.epsilon() > 0, "training.epsilon=%s must be positive", training.epsilon());
        problems.requireFloat32("training.learning_rate", training.learningRate());
        problems.requireFloat32("training.weight_decay", training.weightDecay());
        problems.requireFloat32("training.epsilon", training.epsilon());
    }

    private void checkSchedule() {
        problems.require(
                training.learningRate() > 0, "training.learning_rate=%s must be positive", training.learningRate());
        problems.require(
                training.minLearningRate() >= 0 && training.minLearningRate() <= training.learningRate(),
                "training.min_learning_rate=%s must be in [0, training.learning_rate=%s]",
                training.minLearningRate(),
                training.learningRate());
        problems.require(
                training.warmupSteps() >= 0, "training.warmup_steps=%d must not be negative", training.warmupSteps());
        problems.require(
                training.decaySteps() >= 0, "training.decay_steps=%d must not be negative", training.decaySteps());
        problems.require(
                training.decaySteps() <= 0 || training.schedule() == Schedule.WSD,
                "training.decay_steps=%d is for training.schedule=wsd, which is %s",
                training.decaySteps(),
                training.schedule().word());
        problems.require(
                training.steps() == 0
                        || training.decaySteps() + Math.min(training.warmupSteps(), training.steps())
                                <= training.steps()
                        || training.schedule() != Schedule.WSD,
                "training.decay_steps=%d and training.warmup_steps=%d are more than training.steps=%d",
                training.decaySteps(),
                training.warmupSteps(),
                training.steps());
    }
}
