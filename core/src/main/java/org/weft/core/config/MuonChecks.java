package org.weft.core.config;

import org.weft.core.config.TrainingConfig.OptimizerKind;

/** What does not go with {@code training.optimizer: muon}. */
record MuonChecks(WeftConfig config, Problems problems) {

    void run() {
        TrainingConfig training = config.training();
        if (training.optimizer() != OptimizerKind.MUON) {
            return;
        }
        problems.require(
                !config.sync().local(),
                "training.optimizer=muon does not go with sync.mode=local: a matrix is moved by the server that has it, and"
                        + " lanes' own steps have none; set training.optimizer=adamw");
        problems.require(
                !training.pruning().active(),
                "training.optimizer=muon does not go with training.pruning.method=%s: an orthogonal update has no zeros"
                        + " where weights have",
                training.pruning().method().word());
        problems.require(
                !config.finetune().lora(),
                "training.optimizer=muon does not go with finetune.method=lora: adapters are factors of a change, not"
                        + " matrices of a block; set training.optimizer=adamw");
    }
}
