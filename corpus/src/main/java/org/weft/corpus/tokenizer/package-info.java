/**
 * Text to tokens and back: {@code TextTokenizer} over any {@code tokenizer.json} and GPT-2's own vocabulary,
 * {@code TokenizerFacts} (what a file says of itself), and how a BPE's merges are learnt ({@code MergeLearner}).
 */
package org.weft.corpus.tokenizer;
