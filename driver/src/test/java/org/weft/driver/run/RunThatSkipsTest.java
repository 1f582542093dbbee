package org.weft.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.LearningRateSchedule;
import org.weft.driver.spark.SparkApplication;

/** A step that {@code training.non_finite: skip} leaves out: the learning rate goes on, Adam's count does not. */
@Timeout(120)
class RunThatSkipsTest extends SmallRuns {
    private static final int WIDTH = 10;
    private static final int BROKEN = 1;
    private static final int STEPS = 6;

    @ParameterizedTest
    @ValueSource(strings = {"adam", "adamw", "amsgrad"})
    void adamCountsUpdatesAlsoAfterAResume(String optimizer) throws IOException {
        WeftConfig config = config(
                STEPS,
                0,
                "training.optimizer=" + optimizer,
                "training.non_finite=skip",
                "training.min_learning_rate=0.01");
        Subject subject = subject(config, 0, new Quadratic(WIDTH, BROKEN), () -> null);
        String expected = byHand(config.training());
        CheckpointManifest whole = run(null, subject).checkpoint().manifest();
        assertThat(whole.paramsSha256()).isEqualTo(expected);
        assertThat(whole.step()).isEqualTo(STEPS);
        assertThat(whole.skippedSteps()).isEqualTo(1);

        SparkApplication.within(context).store().delete(run.step(STEPS));
        CheckpointManifest resumed =
                run(TrainingRun.LATEST, subject).checkpoint().manifest();
        assertThat(said.toString()).contains("resuming from ", "/step-00000004");
        assertThat(resumed.paramsSha256()).isEqualTo(expected);
        assertThat(resumed.skippedSteps()).isEqualTo(1);
    }

    /** Predicted parameters are those of the updates that were done, also where a server has them from a checkpoint. */
    @Test
    void lateGradientsArePredictedByUpdatesAlsoAfterAResume() throws IOException {
        WeftConfig config =
                config(STEPS, 0, "sync.delay=1", "training.non_finite=skip", "training.min_learning_rate=0.01");
        Subject subject = subject(config, 0, new Quadratic(WIDTH, BROKEN), () -> null);
        CheckpointManifest whole = run(null, subject).checkpoint().manifest();
        assertThat(whole.skippedSteps()).isEqualTo(1);

        SparkApplication.within(context).store().delete(run.step(STEPS));
        CheckpointManifest resumed =
                run(TrainingRun.LATEST, subject).checkpoint().manifest();
        assertThat(said.toString()).contains("resuming from ", "/step-00000004");
        assertThat(resumed.paramsSha256()).isEqualTo(whole.paramsSha256());
    }

    /** Kingma and Ba, algorithm 1; every parameter has the same gradient. */
    private static String byHand(TrainingConfig training) {
        LearningRateSchedule schedule = LearningRateSchedule.of(training);
        float weight = 0;
        float first = 0;
        float second = 0;
        float largest = 0;
        int updates = 0;
        for (int step = 0; step < STEPS; step++) {
            if (step == BROKEN) {
                continue;
            }
            updates++;
            float gradient = weight - 1;
            first = first * (float) training.beta1() + (float) (1 - training.beta1()) * gradient;
            second = second * (float) training.beta2() + (float) (1 - training.beta2()) * gradient * gradient;
            largest = Math.max(largest, second);
            float rate = (float) (schedule.at(step) / (1 - StrictMath.pow(training.beta1(), updates)));
            float root = (float) Math.sqrt(1 - StrictMath.pow(training.beta2(), updates));
            boolean amsgrad = training.optimizer() == TrainingConfig.OptimizerKind.AMSGRAD;
            float moment = (float) Math.sqrt(amsgrad ? largest : second);
            weight -= rate * (first / (moment / root + (float) training.epsilon()));
        }
        float[] weights = new float[WIDTH];
        Arrays.fill(weights, weight);
        ByteBuffer bytes = ByteBuffer.allocate(WIDTH * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(weights);
        return HexFormat.of().formatHex(Sha256.digest().digest(bytes.array()));
    }
}
