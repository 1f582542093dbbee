package org.weft.core.tokens;

import java.io.IOException;
import java.util.Arrays;

/**
 * A split as one long stream of tokens, cut every T tokens: each token but the first is predicted exactly once, and documents
 * begin and end anywhere. Where documents are told apart, each begins after an end-of-text token.
 */
public final class StreamWindows implements Windows {
    private final TokenCorpus corpus;
    private final int context;
    private final int endOfText;
    private final boolean documents;

    /** @param documents whether they are told apart */
    public StreamWindows(TokenCorpus corpus, int context, int endOfText, boolean documents) {
        this.corpus = corpus;
        this.context = context;
        this.endOfText = endOfText;
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
        return documents ? new Window(tokens, context, breaks(tokens)) : Window.whole(tokens);
    }

    private int[] breaks(int[] tokens) {
        int[] found = new int[context];
        int count = 0;
        for (int position = 0; position < context; position++) {
            if (tokens[position] == endOfText) {
                found[count++] = position + 1;
            }
        }
        return Arrays.copyOf(found, count);
    }

    @Override
    public void close() throws IOException {
        corpus.close();
    }
}
