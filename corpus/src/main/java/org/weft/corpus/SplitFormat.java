package org.weft.corpus;

import java.io.IOException;
import java.io.Serializable;
import java.util.Set;
import org.weft.core.storage.Store;

/** How a file is taken apart by the tasks that read it; goes to them with their splits. */
interface SplitFormat extends Serializable {

    /** Whether a file that nothing compresses may be read by several tasks, a range of its bytes each. */
    boolean splittable();

    /** Opens the documents that begin in a split; the caller closes them. */
    Documents open(Store store, InputSplit split) throws IOException;

    /** A split's documents in the file's order. Owned by one thread. */
    interface Documents extends AutoCloseable {

        /** The next one as UTF-8, or null at the end. */
        byte[] next() throws IOException;

        /** Unpaired surrogates that became U+FFFD so far. */
        default long replaced() {
            return 0;
        }

        /** Keys of JSON under which whole numbers stood so far that a double would change. */
        default Set<String> wide() {
            return Set.of();
        }

        @Override
        void close() throws IOException;
    }
}
