package org.weft.coordinator;

/** Where a run stands; {@link RunState} says what leads from one to the next. */
enum RunPhase {
    GATHERING,
    LOADING,
    EVALUATING,
    COMPUTING,
    SAVING,
    ENDED
}
