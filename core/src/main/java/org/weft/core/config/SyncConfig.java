package org.weft.core.config;

import java.io.Serializable;

/** How workers and servers keep step. */
public record SyncConfig(
        @Doc("bsp: every step waits for all lanes; the parameters do not depend on the cluster.")
        Mode mode,

        @Doc(
                "Steps that a gradient is late by, always exactly: with 1 the lanes of step s are computed with the parameters of step "
                        + "s - 1 while the sums of step s - 1 are on their way, so that the exchange hides behind computation. 0 or 1.")
        int delay,

        @Doc(
                "What gradients are sent as: f32; bf16, a half of the bytes; int8, a quarter; int4, an eighth. Rounded by chance that is "
                        + "a function of seed, step, lane and element, so that the parameters depend on the cluster as little as with f32.")
        Gradients gradients)
        implements Serializable {

    /** When a step's update is decided. */
    public enum Mode implements Word {
        BSP
    }

    /** The form of gradients on the wire. */
    public enum Gradients implements Word {
        F32,
        BF16,
        INT8,
        INT4
    }

    /** Steps that workers may push for, and versions that they may pull, at the same time. */
    public int openSteps() {
        return 1 + delay;
    }

    /** The version of the parameters that the gradient of a step is taken at. */
    public int versionFor(int step) {
        return Math.max(0, step - delay);
    }

    static SyncConfig defaults() {
        return new SyncConfig(Mode.BSP, 0, Gradients.F32);
    }

    void validate(Problems problems) {
        problems.require(delay == 0 || delay == 1, "sync.delay=%d must be 0 or 1", delay);
    }
}
