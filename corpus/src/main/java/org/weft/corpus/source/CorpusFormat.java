package org.weft.corpus.source;

import java.util.List;
import org.weft.core.config.CorpusConfig;

/**
 * One way in which files hold documents, with what the configuration says of it. A new one is a class of its own, a word
 * of {@link CorpusConfig.Format} and a line of {@link CorpusFormats}.
 */
public interface CorpusFormat extends SplitFormat {

    /** What {@code corpus.format} calls it. */
    CorpusConfig.Format word();

    /** What its files' names end in, lower case without the dot; an ending such as .gz may follow. */
    List<String> extensions();
}
