package org.weft.driver.run;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.weft.coordinator.RunPlan;
import org.weft.core.batches.ValidationPart;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.plan.MemoryModel;
import org.weft.engine.Workload;

/**
 * What is trained, ready to start: all in which pre-training, fine-tuning and other libraries' networks differ for the
 * driver. The workload is the part of it that travels to workers.
 *
 * @param name for people, such as {@code gpt2 of 1,000,000 parameters}
 * @param identity of the run, its complete configuration included
 * @param memory what it needs; empty where that is not known
 * @param validation micro-batches of one evaluation, by source; empty where nothing is evaluated
 * @param initial what a run without a checkpoint starts from
 */
public record Subject(
        String name,
        RunIdentity identity,
        Workload<?> workload,
        Optional<MemoryModel> memory,
        List<ValidationPart> validation,
        Initial initial) {

    /** Makes what a run starts from. */
    @FunctionalInterface
    public interface Initial {
        /** A checkpoint of the version to start with, or null for fresh parameters. */
        Checkpoint write() throws IOException;
    }

    /**
     * What must be done before a run; it writes nothing, and several drivers may do it: a standby does while another driver has
     * the run.
     */
    @FunctionalInterface
    public interface Preparation {
        Subject prepare() throws IOException;
    }

    /** What a Transformer is called. */
    public static String name(ModelShape shape) {
        return String.format(
                "%s of %,d parameters",
                shape.config().architecture(), shape.layout().size());
    }

    WeftConfig config() {
        return identity.config();
    }

    /** How its gradients are made private; null where they are not. */
    GradientPrivacy privacy() {
        return identity.privacy();
    }

    /** Whether nothing is left to do of a run: it is at the step that it ends at, of which nothing is to be evaluated any more. */
    boolean endsAt(RunPlan plan) {
        boolean evaluated = plan.startEvaluated()
                || validation.isEmpty()
                || config().training().evalEvery() == 0;
        return plan.startStep() >= plan.endStep() && evaluated;
    }
}
