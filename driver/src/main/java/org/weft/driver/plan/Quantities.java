package org.weft.driver.plan;

import java.util.Locale;

/** Numbers as people read them: three digits and a unit. */
public final class Quantities {
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final String[] DECIMAL = {"", "k", "M", "G", "T", "P", "E", "Z", "Y"};

    private Quantities() {}

    public static String bytes(double bytes) {
        return scaled(bytes, 1024, BINARY);
    }

    /** With a factor's letter: 13.9M. */
    public static String count(double count) {
        return scaled(count, 1000, DECIMAL).replace(" ", "");
    }

    public static String seconds(double seconds) {
        if (seconds < 1) {
            return String.format(Locale.ROOT, "%.1f ms", seconds * 1e3);
        }
        if (seconds < 120) {
            return String.format(Locale.ROOT, "%.2f s", seconds);
        }
        double hours = seconds / 3600;
        if (hours < 1) {
            return String.format(Locale.ROOT, "%.0f min", seconds / 60);
        }
        return hours < 72
                ? String.format(Locale.ROOT, "%.1f hours", hours)
                : String.format(Locale.ROOT, "%,.1f days", hours / 24);
    }

    private static String scaled(double value, double factor, String[] units) {
        int unit = 0;
        while (Math.abs(value) >= factor && unit < units.length - 1) {
            value /= factor;
            unit++;
        }
        int decimals = unit == 0 ? 0 : Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
        return String.format(Locale.ROOT, "%,." + decimals + "f %s", value, units[unit]);
    }
}
