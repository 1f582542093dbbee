package org.weft.serve;

import java.util.List;

/**
 * A model that answers each of some inputs. Opened, used and closed by one thread.
 *
 * @param <I> what it is given
 * @param <O> what it says of that
 */
public interface BatchModel<I, O> extends AutoCloseable {

    /**
     * What it says of each input.
     *
     * @param inputs at least one
     * @return as many, in their order
     * @throws org.weft.core.WeftException where one of them cannot be answered, such as a text that is too long
     */
    List<O> answers(List<I> inputs);

    /**
     * Sequences that are computed for an input: a round has a bounded number of them.
     *
     * @throws org.weft.core.WeftException where they are too many for one input
     */
    default int sequences(I input) {
        return 1;
    }

    @Override
    void close();
}
