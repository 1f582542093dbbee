package org.weft.core.batches;

import java.util.List;
import org.weft.core.tokens.Windows;

/**
 * Which validation batch is whose: the sources one after the other, first the batches of an evaluation during training, then what is
 * left of each.
 *
 * @param windows of each source
 * @param microBatch sequences of a batch; a source's last one may have fewer
 * @param evaluated batches of each source in an evaluation during training, at most
 */
record ValidationOrder(List<Windows> windows, int microBatch, int evaluated) {

    /** @param batch of the source's own */
    record Place(int source, int batch) {}

    /** Batches of a source. */
    int batches(int source) {
        long samples = windows.get(source).count();
        return Math.toIntExact((samples + microBatch - 1) / microBatch);
    }

    /** Of them, those of an evaluation during training. */
    int evaluated(int source) {
        return Math.min(batches(source), evaluated);
    }

    /** Batches of all sources. */
    int all() {
        int batches = 0;
        for (int source = 0; source < windows.size(); source++) {
            batches += batches(source);
        }
        return batches;
    }

    Place place(int index) {
        int left = index;
        for (int source = 0; source < windows.size(); source++) {
            int head = evaluated(source);
            if (left < head) {
                return new Place(source, left);
            }
            left -= head;
        }
        for (int source = 0; source < windows.size(); source++) {
            int rest = batches(source) - evaluated(source);
            if (left < rest) {
                return new Place(source, evaluated(source) + left);
            }
            left -= rest;
        }
        throw new IndexOutOfBoundsException("validation batch=" + index);
    }
}
