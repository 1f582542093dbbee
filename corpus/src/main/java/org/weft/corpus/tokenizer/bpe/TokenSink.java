package org.weft.corpus.tokenizer.bpe;

import java.io.IOException;

/** Takes a text's ids, some at a time. */
@FunctionalInterface
public interface TokenSink {

    /** @param ids of which the first {@code count} are the next; read before this returns */
    void accept(int[] ids, int count) throws IOException;
}
