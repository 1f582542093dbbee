package org.weft.tuning.task;

/**
 * What a model reads of a row that is a text or a pair, and where each token stands in it.
 *
 * @param text of the row's columns, parted as reports show them
 * @param tokens (T)
 * @param starts (T): index in the text of the first character that each token stands for
 * @param ends (T): index after its last; not above its start where it stands for none, as a token that frames a text does
 */
public record ReadText(String text, int[] tokens, int[] starts, int[] ends) {
    /** What stands between the texts of a pair. */
    static final String BETWEEN = " | ";
}
