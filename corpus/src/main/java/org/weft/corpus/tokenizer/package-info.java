/**
 * Text to tokens and back: {@code TextTokenizer} over any {@code tokenizer.json} and GPT-2's own vocabulary,
 * {@code TokenizerFacts} (what a file says of itself), and how files are written of what {@code learn} learns ({@code TokenizerJson}, {@code UnigramJson}, {@code WordPieceJson}).
 */
package org.weft.corpus.tokenizer;
