package org.weft.simulation;

/** An invariant that did not hold. An error, so that nothing under test takes it for one of its own failures. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    /** What has to hold in every run. */
    enum Invariant {
        ONE_DECISION_A_STEP,
        SAME_BITS,
        ONE_UPDATE_A_STEP,
        WHOLE_CHECKPOINTS,
        STALE_CHANGES_NOTHING,
        WHAT_IS_ACKNOWLEDGED_IS_SUMMED,
        LEASES_OF_THE_LIVING,
        ONE_DRIVER,
        BACK_TO_THE_LAST_COMMIT,
        ENDS_BY_ITSELF,
        A_FAILURE_HAS_ITS_CAUSE
    }

    private final Invariant invariant;

    Violation(Invariant invariant, String detail) {
        super(invariant + ": " + detail);
        this.invariant = invariant;
    }

    Invariant invariant() {
        return invariant;
    }
}
