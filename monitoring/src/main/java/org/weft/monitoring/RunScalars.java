package org.weft.monitoring;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.StepRecord;

/**
 * A run's records as named numbers, the same names wherever numbers have names: TensorBoard and MLflow make a group of what
 * stands before the slash. What is no number is left out.
 */
public final class RunScalars {
    /** What the names mean, with their units. */
    public static final Map<String, String> DESCRIPTIONS = descriptions();

    /** Group of what evaluations found. */
    private static final String VALIDATION = "val/";

    private RunScalars() {}

    /** In the order in which they are to be shown. */
    public static Map<String, Double> of(RunRecord record) {
        Map<String, Double> values = new LinkedHashMap<>();
        if (record instanceof StepRecord step) {
            ofStep(step, values);
        } else if (record instanceof EvaluationRecord evaluation) {
            evaluation.scores().forEach((metric, value) -> values.put(VALIDATION + metric, value));
        } else if (record instanceof CheckpointRecord checkpoint) {
            values.put("checkpoint/stall_millis", checkpoint.stallMillis());
            values.put("checkpoint/millis", checkpoint.writeMillis());
            values.put("checkpoint/sparsity", checkpoint.sparsity());
        } else if (record instanceof EventRecord event && event.cost() != null) {
            values.put("faults/cost_millis", (double) event.cost().millis());
            values.put("faults/replayed_steps", (double) event.cost().replayedSteps());
        }
        values.values().removeIf(value -> !Double.isFinite(value));
        return values;
    }

    private static void ofStep(StepRecord step, Map<String, Double> values) {
        values.put("train/loss", step.loss());
        step.figures()
                .forEach((name, value) ->
                        values.put(name.equals(StepRecord.PRIVACY) ? "privacy/epsilon" : "train/" + name, value));
        values.put("train/learning_rate", step.learningRate());
        values.put("train/grad_norm", step.gradNorm());
        values.put("train/tokens", (double) step.tokens());
        values.put("speed/tokens_per_second", (double) step.tokensPerSecond());
        values.put("speed/mfu", step.mfu());
        values.put("speed/step_millis", step.stepMillis());
        values.put("speed/wait_millis", step.waitMillis());
        values.put("traffic/push_bytes", (double) step.pushBytes());
        values.put("traffic/pull_bytes", (double) step.pullBytes());
        values.put("cluster/workers", (double) step.workerCount());
        long memory = step.workers().stream()
                .mapToLong(StepRecord.WorkerShare::peakResidentMib)
                .max()
                .orElse(0);
        values.put("cluster/peak_resident_mib", memory == 0 ? Double.NaN : memory);
    }

    private static Map<String, String> descriptions() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("train/loss", "mean over the global batch, nats a target token");
        texts.put("train/task_loss", "beside a teacher, the task's own part before it is weighed, nats a target");
        texts.put("train/teacher_loss", "the teacher's part before it is weighed, temperature² KL, nats a target");
        texts.put("train/hidden_loss", "hidden states beside the teacher's, before they are weighed");
        texts.put("train/router_busiest", "share of choices that fell on a block's busiest expert, mean over blocks");
        texts.put("privacy/epsilon", "what all steps so far come to at privacy.target_delta");
        texts.put("train/learning_rate", "of the step's update");
        texts.put("train/grad_norm", "L2 norm of the gradient before clipping");
        texts.put("train/tokens", "target tokens of the step");
        texts.put("speed/tokens_per_second", "target tokens of all workers");
        texts.put("speed/mfu", "model FLOPs utilisation against the workers' measured matrix-product peak");
        texts.put("speed/step_millis", "the step, in milliseconds");
        texts.put("speed/wait_millis", "longest wait of a worker for parameters and acknowledgements, in milliseconds");
        texts.put("traffic/push_bytes", "gradients that all workers sent");
        texts.put("traffic/pull_bytes", "parameters that all workers fetched");
        texts.put("cluster/workers", "that had a part in the step");
        texts.put("cluster/peak_resident_mib", "the largest worker's resident memory so far, MiB");
        texts.put("val/loss", "over the validation data, nats a target token");
        texts.put("checkpoint/stall_millis", "how long training stood still for the copy");
        texts.put("checkpoint/millis", "until the manifest was written");
        texts.put("checkpoint/sparsity", "share of zeros among the weights of blocks' matrices");
        texts.put("faults/cost_millis", "how much later than at the pace before the first new step after a loss came");
        texts.put("faults/replayed_steps", "steps that were done a second time after a loss");
        return Collections.unmodifiableMap(texts);
    }
}
