package org.weft.corpus.source;

import java.io.Serializable;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.weft.core.WeftException;

/**
 * How files write their text.
 *
 * @param name of a character set, as Java knows it
 * @param key the setting that says so, for errors
 */
public record TextEncoding(String name, String key) implements Serializable {

    boolean utf8() {
        return charset().equals(StandardCharsets.UTF_8);
    }

    Charset charset() {
        return Charset.forName(name);
    }

    /** The error for bytes that are not UTF-8. */
    WeftException notUtf8(String where) {
        return WeftException.invalidData(
                "input is not UTF-8: " + where,
                "convert it first, for example: iconv -f ISO-8859-1 -t UTF-8 FILE, or name its encoding, such as " + key
                        + "=ISO-8859-1 (windows-1252 where Windows wrote the file, UTF-16 where every second byte is 0)");
    }
}
