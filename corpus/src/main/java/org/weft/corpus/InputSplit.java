package org.weft.corpus;

import java.io.Serializable;

/**
 * A part of an input file that one task reads: the documents that begin in bytes [start, end).
 *
 * @param end {@link Long#MAX_VALUE} for a file that is read whole
 * @param textField the key of the text, for {@link Unit#JSON}
 */
public record InputSplit(String path, long start, long end, Unit unit, String textField) implements Serializable {

    /** What is one document of a file. */
    public enum Unit {
        /** Lines up to a blank one. */
        PARAGRAPH,
        /** One line. */
        LINE,
        /** The whole file. */
        DOCUMENT,
        /** The text field of a line that is a JSON object. */
        JSON
    }
}
