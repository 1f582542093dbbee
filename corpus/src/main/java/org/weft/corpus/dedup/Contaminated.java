package org.weft.corpus.dedup;

import java.io.Serializable;

/**
 * A document that shares words with an evaluation.
 *
 * @param key the document's, without a source
 * @param file of the evaluation
 * @param row its line, from 1 on
 */
public record Contaminated(byte[] key, String file, long row) implements Serializable {}
