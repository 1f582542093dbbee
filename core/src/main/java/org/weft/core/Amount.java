package org.weft.core;

/** How many there are of something, as a sentence has it. */
public final class Amount {
    private Amount() {}

    /**
     * Such as "1 row", "40 rows".
     *
     * @param one what one of them is called, a word whose plural ends in s
     */
    public static String of(long count, String one) {
        return count + " " + one + (count == 1 ? "" : "s");
    }

    /** What stands behind so many of what has something: " has" or " have". */
    public static String have(long count) {
        return count == 1 ? " has" : " have";
    }
}
