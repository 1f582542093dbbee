package org.weft.driver.progress;

import org.weft.coordinator.RunEvent;

/**
 * Something that happened to the run.
 *
 * @param step steps done by then; of a generation the one that it begins at
 * @param kind the word of a {@link RunEvent}; of a file of a later version any other
 * @param generation at hand
 * @param member whom it is about, such as {@code worker 3}; empty where it is about the run
 * @param executor where that member is or was; empty where that is not known
 * @param text for people, complete
 * @param cost of what {@link RunEvent#RECOVERED} the run; null for all others
 */
public record EventRecord(
        int step, long timeMillis, String kind, int generation, String member, String executor, String text, Cost cost)
        implements RunRecord {

    /**
     * What a loss cost.
     *
     * @param millis by how much the first new step after it came later than at the pace before
     * @param replayedSteps that were done a second time
     */
    public record Cost(long millis, int replayedSteps) {}

    public boolean is(RunEvent event) {
        return event.word().equals(kind);
    }

    /** Whether something went wrong. */
    public boolean isFault() {
        RunEvent event = RunEvent.of(kind);
        return event != null && event.isFault();
    }
}
