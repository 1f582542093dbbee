package org.weft.coordinator;

import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/** A run that ended because a loss or a gradient was not finite: its settings' fault, and nobody else's. */
public final class RunDiverged extends WeftException {
    private static final long serialVersionUID = 1L;

    private final int step;

    RunDiverged(int step, String message, String hint) {
        super(ExitStatus.FAILED, message, hint);
        this.step = step;
    }

    /** Steps that were done. */
    public int step() {
        return step;
    }
}
