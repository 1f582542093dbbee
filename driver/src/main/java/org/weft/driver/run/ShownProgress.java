package org.weft.driver.run;

import java.time.Duration;
import org.weft.coordinator.Evaluation;
import org.weft.coordinator.RunListener;
import org.weft.coordinator.RunPlan;
import org.weft.core.config.WeftConfig;
import org.weft.driver.progress.Progress;

/** Shows people how far a run is. For the coordinator's thread. */
final class ShownProgress implements RunListener {
    /** Steps over which the shown speed is averaged. */
    private static final double SMOOTHING = 0.1;

    private final RunPlan plan;
    private final Progress progress;
    private double stepMillis;

    ShownProgress(RunPlan plan, Progress progress) {
        this.plan = plan;
        this.progress = progress;
    }

    @Override
    public void stepDone(Step step) {
        stepMillis = stepMillis == 0 ? step.stepMillis() : (1 - SMOOTHING) * stepMillis + SMOOTHING * step.stepMillis();
        int steps = plan.endStep();
        double tokensPerSecond = step.tokens() * 1000 / stepMillis;
        double mfu = plan.utilisation(tokensPerSecond, step.peakFlops());
        Duration left = Duration.ofMillis((long) (stepMillis * (steps - step.step())));
        progress.step(
                new Progress.Standing(step.step(), steps, step.loss(), step.figures(), tokensPerSecond, mfu, left));
    }

    @Override
    public void evaluated(int step, Evaluation evaluation) {
        StringBuilder said = new StringBuilder("step " + step);
        ValidationScores.of(plan.config().finetune(), evaluation)
                .forEach((metric, value) ->
                        said.append(String.format("  val %s %.4f", metric.replace('_', ' '), value)));
        progress.say(said.toString());
    }

    @Override
    public void checkpointFailed(int step, String cause) {
        WeftConfig config = plan.config();
        String next = step < plan.endStep()
                ? "will be made up for; training goes on"
                : "is tried again for up to " + config.checkpoint().saveTimeoutSeconds()
                        + " s (checkpoint.save_timeout_seconds)";
        progress.say("checkpoint of step " + step + " failed and " + next + ": " + cause);
    }
}
