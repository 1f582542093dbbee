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
 * @param blankBefore whether a text that begins with no blank gets one
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
        boolean blankBefore) {

    /**
     * Added tokens that are looked for.
     *
     * @param before in the text as it stands
     * @param behind in what the normalizer made of the rest
     */
    record Found(AddedTokens before, AddedTokens behind) {}
}
