package org.weft.corpus.clean;

import java.io.IOException;
import java.util.List;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;
import org.weft.corpus.TextStep;

/** What every document of a corpus goes through before it is compared with others. */
public final class CleaningSteps {
    private CleaningSteps() {}

    /**
     * The steps that a configuration asks for, as one; it has no {@link TextStep#rules} where none is asked for, and
     * documents need not be decoded then.
     *
     * @param store where files that the configuration names are read, here and not in tasks
     */
    public static TextStep of(CorpusConfig corpus, Store store) throws IOException {
        return TextStep.chain(List.of());
    }
}
