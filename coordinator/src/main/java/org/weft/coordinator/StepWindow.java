package org.weft.coordinator;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The steps whose lanes are being computed and whose update is not decided, oldest first. Updates are decided in order, so
 * that only the oldest can be next. One thread's.
 */
final class StepWindow {
    private final int size;
    private final Deque<StepLedger> open = new ArrayDeque<>();
    private int generation = -1;

    /**
     * @param size steps that may be open at once
     */
    StepWindow(int size) {
        this.size = size;
    }

    /** Opens the step that follows the newest. What was open in another generation is forgotten. */
    void open(int ofGeneration, StepLedger ledger) {
        if (ofGeneration != generation) {
            open.clear();
            generation = ofGeneration;
        }
        if (open.size() == size || !open.isEmpty() && ledger.step != open.getLast().step + 1) {
            throw new IllegalStateException("cannot open step " + ledger.step + ": open=" + this + " most=" + size);
        }
        open.add(ledger);
    }

    /**
     * The next step to be opened, which is not before {@code earliest}.
     *
     * @param ofGeneration which begins anew where it is not the one that steps are open of
     */
    int next(int ofGeneration, int earliest) {
        return ofGeneration == generation && !open.isEmpty() ? open.getLast().step + 1 : earliest;
    }

    /** What is known of a step; null where it is not open. */
    StepLedger at(int ofGeneration, int step) {
        return open.stream()
                .filter(ledger -> ofGeneration == generation && ledger.step == step)
                .findFirst()
                .orElse(null);
    }

    /** The step whose update is next; null where none is open. */
    StepLedger oldest() {
        return open.peek();
    }

    /** The oldest step's update is decided. */
    void closeOldest() {
        open.remove();
    }

    @Override
    public String toString() {
        return open.stream().map(ledger -> ledger.step).toList().toString();
    }
}
