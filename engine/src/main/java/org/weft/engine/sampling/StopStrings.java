package org.weft.engine.sampling;

import java.util.List;
import java.util.function.Consumer;

/**
 * Passes text on as it comes, up to the first of some strings that end it. What may be the beginning of one of them is
 * held back until it is known not to be. First is the one that is whole first, of those the longest: so the text does not
 * depend on the pieces in which it came. One thread's.
 */
final class StopStrings {
    private final List<String> stops;
    private final Consumer<String> onText;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    StopStrings(List<String> stops, Consumer<String> onText) {
        this.stops = stops;
        this.onText = onText;
        if (stops.contains("")) {
            throw new IllegalArgumentException("a stop string is empty: every text would end before it began");
        }
    }

    /** Takes the next piece; false once the text has ended. */
    boolean add(String piece) {
        if (stopped) {
            return false;
        }
        for (int i = 0; i < piece.length(); i++) {
            held.append(piece.charAt(i));
            int start = startOfStop();
            if (start >= 0) {
                stopped = true;
                pass(start);
                return false;
            }
        }
        pass(held.length() - longestBeginning());
        return true;
    }

    /** The text has ended by itself: nothing is held back any more. */
    void end() {
        if (!stopped) {
            pass(held.length());
        }
    }

    /** Where the longest stop string begins that ends what is held; -1 where none does. */
    private int startOfStop() {
        int start = -1;
        for (String stop : stops) {
            int at = held.length() - stop.length();
            if (at >= 0 && held.indexOf(stop, at) == at && (start < 0 || at < start)) {
                start = at;
            }
        }
        return start;
    }

    /** Length of the longest end of what is held that a stop string begins with. */
    private int longestBeginning() {
        for (int start = 0; start < held.length(); start++) {
            String end = held.substring(start);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return end.length();
            }
        }
        return 0;
    }

    private void pass(int length) {
        if (length > 0) {
            onText.accept(held.substring(0, length));
            held.delete(0, length);
        }
    }
}
