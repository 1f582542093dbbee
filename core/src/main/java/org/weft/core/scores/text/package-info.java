/**
 * What a generated text is worth beside texts that are right: BLEU, chrF and ROUGE, as sacrebleu and rouge-score have them.
 * {@link org.weft.core.scores.text.TextMatches} is all that others see: whole numbers of one text that add up to those of a
 * corpus, in any order. Arithmetic on characters alone.
 */
package org.weft.core.scores.text;
