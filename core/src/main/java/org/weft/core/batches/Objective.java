package org.weft.core.batches;

import java.io.IOException;
import java.util.List;
import org.weft.core.tokens.Windows;

/** What a model is to predict of windows of text. A function of the windows and their keys: it holds no state. */
interface Objective {

    /**
     * A window that was chosen.
     *
     * @param windows of its source's split
     * @param index among these
     * @param key what every random choice about it is a function of
     */
    record Chosen(Windows windows, long index, long key) {}

    /** A batch of some windows, a sequence each. */
    Batch batch(List<Chosen> chosen) throws IOException;
}
