package org.weft.corpus.tokenizer.bpe;

/**
 * A byte-level BPE as {@code BpeFile} reads it. Nothing in it changes any more.
 *
 * @param preTokenizer cuts text into what merges do not cross
 * @param bytes (256): the token of each byte
 * @param merges two tokens, {@link MergeLoop#pair}, to rank << 32 | the token that they become
 * @param boundaries where merges can reach from one character into the next
 * @param wholeWords tokens that a pre-token is without merges; null where merges make all of them
 * @param all tokens that are found in a text before it is cut
 * @param ordinary those that are found where special tokens are characters like others
 * @param canonical whether text is brought into NFC
 * @param blankBefore which texts get a blank before them
 */
record ByteLevelBpe(
        PreTokenizer preTokenizer,
        int[] bytes,
        LongTable merges,
        TokenBoundaries boundaries,
        WholeWords wholeWords,
        Found all,
        Found ordinary,
        boolean canonical,
        Blank blankBefore) {

    /** Which texts, or parts between added tokens, get a blank before them. */
    enum Blank {
        NEVER,
        /** Those that begin with none. */
        WHERE_NONE_IS,
        ALWAYS
    }

    /**
     * Added tokens that are looked for.
     *
     * @param before in the text as it stands
     * @param behind in what the normalizer made of the rest
     */
    record Found(AddedTokens before, AddedTokens behind) {}
}
