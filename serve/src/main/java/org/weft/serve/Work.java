package org.weft.serve;

/** What the model's thread does with inquiries. Made, used and closed on that thread. */
interface Work<T extends Inquiry> extends AutoCloseable {

    /** Whether inquiries were taken that are not done. */
    boolean busy();

    /** Takes the waiting inquiries that there is room for, and brings each taken one a step further. */
    void round(WaitingLine<T> line);

    /** Ends all taken inquiries with a failure. */
    void failAll(WaitingLine<T> line, ApiException failure);

    @Override
    void close();
}
