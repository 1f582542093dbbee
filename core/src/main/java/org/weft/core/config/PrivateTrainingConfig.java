package org.weft.core.config;

import java.io.Serializable;
import org.weft.core.config.FinetuneConfig.TaskName;

/** Training that shows little of any one example: DP-SGD. The secret that noise comes from is named here and never written here. */
public record PrivateTrainingConfig(
        @Doc("Standard deviation of the noise on a step's summed gradient, in privacy.max_grad_norm; 0 for none, where "
                + "privacy.target_epsilon does not ask for it.")
        double noiseMultiplier,

        @Doc("Norm over all parameters that learn at which each example's gradient is clipped before the sum.")
        double maxGradNorm,

        @Doc("Delta of the (epsilon, delta) that is reported; to be set, and below 1 / examples.")
        double targetDelta,

        @Doc(
                "In place of noise_multiplier: the epsilon that training.steps are to come to; the noise is found before the start.")
        double targetEpsilon,

        @Doc(
                "A file that holds the secret which draws and noise come from, on any Hadoop file system; read by the driver, at least 16 "
                        + "bytes. One for each model that is published.")
        String seedFile,

        @Doc("The environment variable of the driver that holds the secret, in place of seed_file.")
        String seedVariable)
        implements Serializable {
    /** With less there is noise, and no privacy that a number could tell. */
    private static final double LEAST_NOISE = 0.1;

    static PrivateTrainingConfig defaults() {
        return new PrivateTrainingConfig(0, 1, 0, 0, "", "");
    }

    /** Whether training is private. */
    public boolean active() {
        return noiseMultiplier > 0 || targetEpsilon > 0;
    }

    void validate(Problems problems, WeftConfig config) {
        if (!active()) {
            problems.require(noiseMultiplier == 0, "privacy.noise_multiplier=%s must not be negative", noiseMultiplier);
            problems.require(targetEpsilon == 0, "privacy.target_epsilon=%s must not be negative", targetEpsilon);
            problems.require(
                    noiseMultiplier != 0 || targetEpsilon != 0 || equals(defaults()),
                    "privacy has settings, and neither privacy.noise_multiplier nor privacy.target_epsilon is set");
            return;
        }
        validateValues(problems);
        validateTraining(problems, config.training());
        validateData(problems, config);
        problems.require(
                !config.sync().local(), "privacy does not go with sync.mode=local: lanes' own steps are not noised");
        problems.require(
                config.sync().gradients() == SyncConfig.Gradients.F32,
                "privacy does not go with sync.gradients=%s: rounding moves a sum by more than an example is clipped to",
                config.sync().gradients().word());
        problems.require(
                !config.cluster().streamed(),
                "privacy does not go with cluster.residency=streamed, where no example's whole gradient is ever there");
    }

    private void validateValues(Problems problems) {
        problems.require(
                noiseMultiplier == 0 || targetEpsilon == 0,
                "privacy.noise_multiplier=%s and privacy.target_epsilon=%s exclude each other: one follows from the other",
                noiseMultiplier,
                targetEpsilon);
        problems.require(
                noiseMultiplier == 0 || noiseMultiplier >= LEAST_NOISE && Double.isFinite(noiseMultiplier),
                "privacy.noise_multiplier=%s must be at least %s: less protects nobody",
                noiseMultiplier,
                LEAST_NOISE);
        problems.require(Double.isFinite(targetEpsilon), "privacy.target_epsilon=%s must be a number", targetEpsilon);
        problems.require(
                maxGradNorm > 0 && Double.isFinite(maxGradNorm),
                "privacy.max_grad_norm=%s must be positive",
                maxGradNorm);
        problems.require(
                targetDelta > 0 && targetDelta < 1,
                "privacy.target_delta=%s must be in (0, 1): give one below 1 / examples, such as 1.0e-5",
                targetDelta);
        problems.require(
                seedFile.isBlank() != seedVariable.isBlank(),
                "privacy needs a secret: name either privacy.seed_file or privacy.seed_variable");
    }

    private static void validateTraining(Problems problems, TrainingConfig training) {
        problems.require(
                training.clipNorm() == 0,
                "privacy clips each example by privacy.max_grad_norm; training.clip_norm=%s would clip the noised sum by what it"
                        + " was without noise: set training.clip_norm=0",
                training.clipNorm());
        problems.require(
                training.nonFinite() == TrainingConfig.NonFinite.STOP,
                "privacy does not go with training.non_finite=%s: which steps are skipped would show an example",
                training.nonFinite().word());
        problems.require(
                !training.packing().whole(),
                "privacy does not go with training.packing=%s: which documents share a window depends on all of them",
                training.packing().word());
        problems.require(
                training.curriculum().isEmpty(),
                "privacy does not go with training.curriculum: each window is drawn with the same probability");
    }

    private static void validateData(Problems problems, WeftConfig config) {
        FinetuneConfig tuning = config.finetune();
        problems.require(
                config.corpus().sources().size() <= 1 || tuning.active(),
                "privacy does not go with several corpus.sources: each window is drawn with the same probability");
        problems.require(
                !config.model().nextSentence() || tuning.active(),
                "privacy does not go with model.next_sentence: a pair's second text is of another window");
        problems.require(
                tuning.task() != TaskName.EMBEDDING,
                "privacy does not go with finetune.task=embedding: a text's loss depends on others of its batch");
        problems.require(
                tuning.classWeights() != FinetuneConfig.ClassWeights.BALANCED || !tuning.active(),
                "privacy does not go with finetune.class_weights=balanced: each row would weigh by the labels of all");
        problems.require(
                !tuning.reweighs(),
                "privacy does not go with finetune.reweighing=group: each row would weigh by the groups and labels of all");
        problems.require(
                !tuning.balancesGroups(),
                "privacy does not go with finetune.sampling=group_balanced: a row would be several examples");
        DatasetConfig dataset = config.dataset();
        problems.require(
                tuning.task() != TaskName.QA || dataset.docStride() == 0,
                "privacy does not go with dataset.doc_stride=%d: a row would be several examples",
                dataset.docStride());
        problems.require(
                dataset.folds() == 0,
                "privacy does not go with dataset.folds=%d: each row would be trained on by several models",
                dataset.folds());
        problems.requireUse(
                !tuning.active()
                        || dataset.lengthBuckets() == DatasetConfig.defaults().lengthBuckets(),
                "dataset.length_buckets=%d has no effect with privacy, where examples are drawn by chance: leave it out",
                dataset.lengthBuckets());
    }
}
