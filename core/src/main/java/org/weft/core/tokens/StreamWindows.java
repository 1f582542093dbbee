package org.weft.core.tokens;

import java.io.IOException;
import java.util.Arrays;

/**
 * A split as one long stream of tokens, cut every T tokens: each token but the first is predicted exactly once, and documents
 * begin and end anywhere. Where documents are told apart, each begins where the shards' tables of documents say so: a text may hold
 * end-of-text tokens of its own, as those of chats that end each turn.
 */
public final class StreamWindows implements Windows {
    private final TokenCorpus corpus;
    private final int context;
    private final boolean documents;

    /** @param documents whether they are told apart */
    public StreamWindows(TokenCorpus corpus, int context, boolean documents) {
        this.corpus = corpus;
        this.context = context;
        this.documents = documents;
    }

    @Override
    public long count() {
        return corpus.samples(context);
    }

    /** Each document but the first begins with a token that is not predicted. */
    @Override
    public double targets() {
        double predicted = documents ? 1 - (corpus.documents() - 1) / (corpus.tokens() - 1.0) : 1;
        return context * Math.max(predicted, 0);
    }

    @Override
    public Window read(long index) throws IOException {
        int[] tokens = new int[context + 1]; // (T + 1)
        corpus.read(index, context, tokens, 0);
        return documents ? new Window(tokens, context, breaks(index)) : Window.whole(tokens);
    }

    /** The last position predicts the window's last token, which may be another document's. */
    private int[] breaks(long index) throws IOException {
        long from = index * context;
        long[] starts = corpus.documentsWithin(from + 1, from + context + 1);
        return Arrays.stream(starts).mapToInt(start -> (int) (start - from)).toArray();
    }

    @Override
    public void close() throws IOException {
        corpus.close();
    }
}
