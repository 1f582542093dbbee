package org.weft.serve;

/** What the engine's thread does with tasks. Made, used and closed on that thread. */
interface Work<T extends Task> extends AutoCloseable {

    /** Whether tasks were taken that are not done. */
    boolean busy();

    /** Takes the waiting tasks that there is room for, and brings each taken one a step further. */
    void round(WaitingLine<T> line);

    /** Ends all taken tasks with a failure. */
    void failAll(WaitingLine<T> line, ApiException failure);

    @Override
    void close();
}
