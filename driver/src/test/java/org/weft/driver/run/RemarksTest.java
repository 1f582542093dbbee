package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.weft.coordinator.RunPlan;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;

class RemarksTest {

    @Test
    void thereIsNothingToSayOfTheDefaults() {
        assertThat(remarks()).isEmpty();
    }

    @Test
    void aWarmupBeyondTheRunIsSaidWithTheRateThatItComesTo() {
        assertThat(remarks("training.steps=20", "training.warmup_steps=100", "training.learning_rate=0.002"))
                .containsExactly("training.warmup_steps=100 is more than training.steps=20: the learning rate comes to"
                        + " 4.0E-4 and no further, training.learning_rate=0.002 is not reached");
        assertThat(remarks("training.steps=20", "training.warmup_steps=20")).isEmpty();
        assertThat(remarks("training.steps=20", "training.warmup_steps=50", "training.learning_rates=['0:0.1']"))
                .isEmpty();
    }

    @Test
    void whatHasNoEffectIsSaid() {
        assertThat(remarks("training.learning_rates=['0:0.1']", "training.learning_rate=0.2", "training.momentum=0.5"))
                .containsExactly(
                        "training.learning_rate=0.2 has no effect with training.learning_rates",
                        "training.momentum=0.5 has no effect with training.optimizer=adamw");
        assertThat(remarks("training.optimizer=sgd", "training.beta2=0.99", "training.mask_fraction=0.2"))
                .containsExactly(
                        "training.beta2=0.99 has no effect with training.optimizer=sgd",
                        "training.mask_fraction=0.2 has no effect with model.architecture=gpt2");
        assertThat(remarks("training.optimizer=nesterov", "training.momentum=0.5"))
                .isEmpty();
        assertThat(remarks("training.optimizer=muon", "training.muon_momentum=0.9", "training.beta1=0.8"))
                .isEmpty();
        assertThat(remarks("training.muon_momentum=0.9"))
                .containsExactly("training.muon_momentum=0.9 has no effect with training.optimizer=adamw");
    }

    @Test
    void membersWithoutWorkAreSaid() {
        assertThat(remarks("cluster.workers=9", "cluster.servers=3"))
                .containsExactly(
                        "cluster.workers=9 are more than training.lanes=8: 1 of them will have nothing to compute",
                        "cluster.servers=3 are more than the 1 buckets of parameters: 2 of them will have none");
    }

    @Test
    void aLongerRunThatGoesOnSaysHowTheRateJumps() {
        TrainingConfig before =
                config("training.steps=20", "training.warmup_steps=5").training();
        TrainingConfig now = before.withSteps(40);
        assertThat(Remarks.onResumedRate(before, now, 20))
                .startsWith("the learning rate of step 21 is ")
                .contains(
                        ", after ",
                        " of step 20: the schedule is that of training.steps=40 now, the earlier one was"
                                + " that of training.steps=20");
        assertThat(Remarks.onResumedRate(before, before, 10)).isEmpty();
        assertThat(Remarks.onResumedRate(before, now, 3))
                .as("within the warm-up nothing differs")
                .isEmpty();
    }

    @Test
    void theRateJumpsForTheReasonThatIsSaid() {
        TrainingConfig before = config("training.steps=400", "training.warmup_steps=5", "training.learning_rate=3e-3")
                .training();
        TrainingConfig now = config("training.steps=400", "training.warmup_steps=5", "training.learning_rate=1e-3")
                .training();
        assertThat(Remarks.onResumedRate(before, now, 100))
                .contains(": the schedule is that of training.learning_rate=0.001 now, the earlier one was that of"
                        + " training.learning_rate=0.003; ");
        TrainingConfig table = config(
                        "training.steps=400", "training.warmup_steps=5", "training.learning_rates=['0:0.1']")
                .training();
        assertThat(Remarks.onResumedRate(before, table, 100))
                .contains("training.learning_rates=[0:0.1] now, ", "training.learning_rate=0.003")
                .doesNotContain("training.steps", "gives any other");
    }

    @Test
    void whereADecayBeganALongerRunGoesOnWithoutAJump() {
        TrainingConfig before =
                config("training.steps=100", "training.schedule=wsd").training();
        TrainingConfig now = before.withSteps(200);
        assertThat(Remarks.onResumedRate(before, now, 80)).isEmpty();
        assertThat(Remarks.onResumedRate(before, now, 100))
                .contains("the schedule is that of training.steps=200 now")
                .endsWith("; --resume 80 goes on from before the decay, without a jump");
    }

    @Test
    void copiesInOneExecutorAreSaid() {
        assertThat(Remarks.onCopies(2, 1)).startsWith("servers.replicas=2 on 1 executor: ");
        assertThat(Remarks.onCopies(2, 2)).isEmpty();
        assertThat(Remarks.onCopies(1, 1)).isEmpty();
    }

    @Test
    void aSecretThatSparkDoesNotProtectIsSaid() {
        SparkConf spark = new SparkConf(false).set("spark.master", "local-cluster[2,1,1024]");
        assertThat(Remarks.onSecret(spark, true)).isEmpty();
        spark.set("spark.master", "spark://host:7077");
        assertThat(Remarks.onSecret(spark, false))
                .startsWith("spark.authenticate is off")
                .doesNotContain("encrypts");
        assertThat(Remarks.onSecret(spark, true))
                .startsWith("spark.authenticate is off")
                .contains("encrypts");
        spark.set("spark.authenticate", "true");
        assertThat(Remarks.onSecret(spark, false)).isEmpty();
        assertThat(Remarks.onSecret(spark, true)).startsWith("cluster.encrypt: the key travels");
        spark.set("spark.network.crypto.enabled", "true");
        assertThat(Remarks.onSecret(spark, true)).isEmpty();
    }

    private static List<String> remarks(String... settings) {
        return Remarks.of(new RunPlan(
                config(settings), new Quadratic(10).layout(), 8, Double.NaN, 0, 0, "", 1, List.of(), true, 1000));
    }

    private static WeftConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of("cluster.servers=1"));
        all.addAll(List.of(settings));
        return ConfigLoader.load("test", "run: {dir: /run}", all);
    }
}
