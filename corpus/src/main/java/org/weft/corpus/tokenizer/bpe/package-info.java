/**
 * Byte-level BPE out of UTF-8 bytes, without a regular expression and without an object a token: what most text is encoded
 * with. {@code BpeFile} reads a {@code tokenizer.json} or says why it does not; {@code BpeTokenizer} is what threads share,
 * {@code BpeEncoder} what one thread encodes with. A text goes through {@code AddedTokens} (what the file finds before all
 * else), {@code CanonicalForm} (NFC, where asked), a {@code PreTokenizer} (GPT-2's, cl100k's, o200k's), {@code TokenCache}
 * (pre-tokens met before), {@code TokenBoundaries} (where no merge can reach across) and {@code MergeLoop}.
 */
package org.weft.corpus.tokenizer.bpe;
