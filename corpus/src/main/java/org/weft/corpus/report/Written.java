package org.weft.corpus.report;

import java.util.Locale;

/** How numbers stand on the page. */
final class Written {
    private Written() {}

    static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** What a stage took away. */
    static String less(long value) {
        return value == 0 ? "0" : "-" + number(value);
    }

    static String ratio(long part, long whole) {
        return whole == 0 ? "" : String.format(Locale.ROOT, "%.3f", (double) part / whole);
    }

    static String share(long part, long whole) {
        return whole == 0 ? "" : String.format(Locale.ROOT, "%.1f%%", 100.0 * part / whole);
    }
}
