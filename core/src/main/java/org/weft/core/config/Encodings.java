package org.weft.core.config;

import java.nio.charset.Charset;

/** Names of character sets. */
public final class Encodings {
    private Encodings() {}

    /** Whether this Java knows it. */
    public static boolean known(String name) {
        try {
            return Charset.isSupported(name);
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    /** Whether two names are of one character set; one that this Java does not know is the same as none. */
    static boolean same(String name, String other) {
        return name.equals(other)
                || (known(name) && known(other) && Charset.forName(name).equals(Charset.forName(other)));
    }
}
