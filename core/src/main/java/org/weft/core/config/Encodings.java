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
}
