package org.weft.monitoring.spark;

import java.util.ArrayList;
import java.util.List;

/**
 * A bounded sample of a long row, evenly spread: when it is full, every other element goes, and only every other one is taken
 * from then on. The first and the newest are always there. For one thread at a time.
 */
final class Thinned<T> {
    private final int most;
    private final List<T> kept = new ArrayList<>();
    private long seen;
    private long stride = 1;
    private T newest;

    Thinned(int most) {
        this.most = most;
    }

    void add(T element) {
        newest = element;
        if (seen++ % stride != 0) {
            return;
        }
        kept.add(element);
        if (kept.size() > most) {
            List<T> half = new ArrayList<>();
            for (int i = 0; i < kept.size(); i += 2) {
                half.add(kept.get(i));
            }
            kept.clear();
            kept.addAll(half);
            stride *= 2;
        }
    }

    /** The sample, the newest last. */
    List<T> all() {
        List<T> all = new ArrayList<>(kept);
        if (newest != null && all.get(all.size() - 1) != newest) {
            all.add(newest);
        }
        return all;
    }

    /** The last one added, or null. */
    T newest() {
        return newest;
    }

    /** How many were added. */
    long seen() {
        return seen;
    }
}
