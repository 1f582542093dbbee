package org.weft.driver.checkpoint;

import org.weft.core.tokens.CorpusManifest;

/**
 * What a checkpoint says of the tokens that its parameters were trained on.
 *
 * @param size V; 0 for a network that knows no tokens
 * @param tokenizerSha256 of tokenizer.json; empty where none is known
 */
public record Vocabulary(int size, String tokenizerSha256) {
    /** Of a network that knows no tokens. */
    public static final Vocabulary NONE = new Vocabulary(0, "");

    public static Vocabulary of(CorpusManifest corpus) {
        return new Vocabulary(corpus.vocabSize(), corpus.tokenizerSha256());
    }
}
