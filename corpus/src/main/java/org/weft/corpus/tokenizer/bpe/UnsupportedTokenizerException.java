package org.weft.corpus.tokenizer.bpe;

/** A tokenizer that this package does not encode with; the message says what it has of its own. */
public final class UnsupportedTokenizerException extends Exception {
    private static final long serialVersionUID = 1;

    UnsupportedTokenizerException(String what) {
        super(what);
    }
}
