package org.weft.coordinator;

import java.util.Locale;

/** What may happen to a run beside its steps, evaluations and checkpoints. */
public enum RunEvent {
    STARTED,
    RESUMED,
    JOINED,
    LOST(true),
    /** Another attempt took the place of one that nobody had missed yet. */
    REPLACED(true),
    /** A worker made room for a server. */
    LEFT,
    /** The servers begin anew at a step, with the parameters at hand or with those of a checkpoint. */
    GENERATION,
    /** The first new step after a loss is done: what the loss cost is known. */
    RECOVERED,
    /** An attempt failed that never had its place, or had lost it: nobody is missing for that. */
    ATTEMPT_FAILED,
    /** Work that is late, and that others compute, too: nothing is lost. */
    LATE,
    /** Work that a worker could not do, and that others get. */
    DROPPED(true),
    SKIPPED(true),
    /** The run waits for somebody, or for storage. */
    WAITING,
    COPYING,
    COPY_FAILED(true),
    CHECKPOINT_FAILED(true),
    /** Done: to its last step, or until it got no better ({@code finetune.patience}). */
    ENDED,
    /** Asked to end before its last step. */
    STOPPED,
    FAILED(true);

    private final boolean fault;

    RunEvent() {
        this(false);
    }

    RunEvent(boolean fault) {
        this.fault = fault;
    }

    /** As {@code metrics.jsonl} has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether something went wrong. */
    public boolean isFault() {
        return fault;
    }

    /** The event of a word; null for one of a later version. */
    public static RunEvent of(String word) {
        for (RunEvent event : values()) {
            if (event.word().equals(word)) {
                return event;
            }
        }
        return null;
    }
}
