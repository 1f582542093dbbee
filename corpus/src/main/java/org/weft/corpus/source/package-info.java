/**
 * Where documents come from: files of every format that a corpus may be made of, cut into splits that tasks stream, and the
 * records that cannot be read. {@code DocumentReader} is the file to begin with: the documents of one split, whatever its
 * format.
 */
package org.weft.corpus.source;
