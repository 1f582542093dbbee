package org.weft.core.tokens;

import java.io.IOException;

/** The windows of T positions that a split of a source is cut into; which one is which is a function of the split. Any thread. */
public interface Windows extends AutoCloseable {

    /** How many there are. */
    long count();

    /** Tokens to predict in one of them, on the average over all. */
    double targets();

    /** Window {@code index}. */
    Window read(long index) throws IOException;

    @Override
    void close() throws IOException;
}
