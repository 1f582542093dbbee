package org.weft.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** An iterator that must find its next element to know whether there is one. For one thread. */
public abstract class Upcoming<T> implements Iterator<T> {
    private T next;
    private boolean ended;

    /** The next element; null at the end, after which it is not asked again. */
    protected abstract T find() throws IOException;

    @Override
    public final boolean hasNext() {
        if (next == null && !ended) {
            try {
                next = find();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            ended = next == null;
        }
        return next != null;
    }

    @Override
    public final T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        T found = next;
        next = null;
        return found;
    }
}
