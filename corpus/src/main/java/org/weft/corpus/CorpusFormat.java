package org.weft.corpus;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;

/**
 * One way in which files hold documents, with what the configuration says of it; goes to the tasks with their splits.
 * A new one is a class of its own, a word of {@link CorpusConfig.Format} and a line of {@link CorpusFormats}.
 */
interface CorpusFormat extends Serializable {

    /** What {@code corpus.format} calls it. */
    CorpusConfig.Format word();

    /** What its files' names end in, lower case without the dot; an ending such as .gz may follow. */
    List<String> extensions();

    /** Whether a file that nothing compresses may be read by several tasks, a range of its bytes each. */
    boolean splittable();

    /** Opens the documents that begin in a split; the caller closes them. */
    Documents open(Store store, InputSplit split) throws IOException;

    /** A split's documents in the file's order. Owned by one thread. */
    interface Documents extends AutoCloseable {

        /** The next one as UTF-8, or null at the end. */
        byte[] next() throws IOException;

        @Override
        void close() throws IOException;
    }
}
