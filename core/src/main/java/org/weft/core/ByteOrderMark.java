package org.weft.core;

/** U+FEFF at the beginning of a file, with which some editors begin UTF-8: no part of what somebody wrote. */
public final class ByteOrderMark {
    private static final String MARK = "\uFEFF";

    private ByteOrderMark() {}

    /** A file's text without it. */
    public static String without(String text) {
        return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
    }
}
