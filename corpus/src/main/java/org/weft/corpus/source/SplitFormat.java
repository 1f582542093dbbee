package org.weft.corpus.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.Set;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/** How a file is taken apart by the tasks that read it; goes to them with their splits. */
public interface SplitFormat extends Serializable {

    /** Whether a file that nothing compresses may be read by several tasks, a range of its bytes each. */
    boolean splittable();

    /** Opens the documents that begin in a split; the caller closes them. */
    Documents open(Store store, InputSplit split) throws IOException;

    /** A split's documents in the file's order. Owned by one thread. */
    interface Documents extends AutoCloseable {

        /**
         * The next one as UTF-8, or null at the end.
         *
         * @throws WeftException for a record that cannot be used
         */
        byte[] next() throws IOException;

        /** What the configuration calls the id of the last document; null where it names nothing. */
        default String id() {
            return null;
        }

        /** Names the file and the place in it of the record at hand. */
        String where() throws IOException;

        /** The beginning of the record at hand as it stands in the file, for a person to look at; may be empty. */
        default byte[] sample() {
            return new byte[0];
        }

        /**
         * Whether {@link #next} may be asked again after a {@link WeftException}: false where what follows in the split
         * cannot be told from the record that is bad, and is lost with it.
         */
        default boolean goesOn() {
            return false;
        }

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
