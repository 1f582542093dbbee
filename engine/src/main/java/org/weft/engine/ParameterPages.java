package org.weft.engine;

/**
 * Sees to it that parameters are there while a piece of a pass computes with them. Told, on the training thread, of the
 * ranges of the flat vector in the order in which a pass meets them: embeddings, which stay until the pass ends, blocks
 * from the first to the last, what comes after them, and in backward blocks again from the last to the first.
 *
 * <p>Parameters that do not learn are always there. Of a pass that fails on its way some ranges are never done.
 */
public interface ParameterPages {
    /** Everything is there all the time. */
    ParameterPages WHOLE = new ParameterPages() {
        @Override
        public void need(long offset, long length) {
            // It is there.
        }

        @Override
        public void done(long offset, long length) {
            // It stays.
        }
    };

    /**
     * Returns when the range may be read. A range that is needed a second time before it is done has to be done twice.
     *
     * @param offset first element of the range
     * @param length elements of the range; 0 where none of a piece's parameters learns
     * @throws java.io.UncheckedIOException where they will not come; it ends the pass
     */
    void need(long offset, long length);

    /** The range will be needed next, or the beginning of one: it may be sent for. */
    default void soon(long offset, long length) {
        // What is there is not sent for.
    }

    /** All work that reads the range has been handed to the device; it may go until it is needed again. */
    void done(long offset, long length);
}
