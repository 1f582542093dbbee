package org.weft.coordinator;

import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/** Lets the simulation give a coordinator its thread and its clock. */
public final class CoordinatorSeam {
    private CoordinatorSeam() {}

    public static Coordinator coordinator(
            RunPlan plan, RunListener listener, LongSupplier clockMillis, ScheduledExecutorService thread) {
        return new Coordinator(plan, listener, clockMillis, thread);
    }
}
