package org.weft.corpus.source;

import java.io.Serializable;

/**
 * A part of an input file that one task reads: the documents that begin in bytes [start, end).
 *
 * @param end {@link Long#MAX_VALUE} for a file that is read whole
 */
public record InputSplit(String path, long start, long end, SplitFormat format) implements Serializable {}
