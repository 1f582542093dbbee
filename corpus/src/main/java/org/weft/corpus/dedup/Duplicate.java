package org.weft.corpus.dedup;

import java.io.Serializable;

/**
 * A document that goes.
 *
 * @param dropped its key, without a source
 * @param kept key of the document of its cluster that stays
 * @param jaccard of the dropped document and that of its cluster which is most similar to it; 1 for one that is normalized
 *     equal
 */
public record Duplicate(byte[] dropped, byte[] kept, double jaccard) implements Serializable {}
