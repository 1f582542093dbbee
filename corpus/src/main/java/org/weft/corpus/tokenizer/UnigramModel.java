package org.weft.corpus.tokenizer;

import java.util.List;

/**
 * A Unigram language model of words' pieces.
 *
 * @param pieces the most probable first
 * @param scores natural logarithm of each piece's probability
 */
public record UnigramModel(List<String> pieces, List<Double> scores) {}
