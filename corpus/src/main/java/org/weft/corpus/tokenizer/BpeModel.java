package org.weft.corpus.tokenizer;

import java.util.List;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;

/**
 * A byte-level BPE: how each token is spelt, and which pairs become one token, the first first.
 *
 * @param tokens spelt in {@link ByteAlphabet}, by id; the first 256 are the bytes
 */
public record BpeModel(List<String> tokens, List<Merge> merges) {

    /** Two tokens, by id, that become the one spelt as both together. */
    public record Merge(int left, int right) {}
}
