/**
 * How a vocabulary is learnt from a corpus. Words are cut as the tokenizer will cut them ({@code PatternWords},
 * {@code ScriptWords}, {@code BertWords}) and counted on the executors ({@code WordCounter}); on the driver
 * {@code MergeLearner} makes a BPE or a WordPiece of them, {@code UnigramLearner} a Unigram. {@code TokenizerTrainer}
 * leads.
 */
package org.weft.corpus.tokenizer.learn;
