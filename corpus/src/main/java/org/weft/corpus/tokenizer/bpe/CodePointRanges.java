package org.weft.corpus.tokenizer.bpe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Reads tables of this package: lines such as {@code 41..5A upper}, and comments behind {@code #}. */
final class CodePointRanges {

    /** Takes one line. */
    interface Taker {
        void take(int first, int last, String name);
    }

    private CodePointRanges() {}

    static void read(String resource, Taker taker) {
        try (InputStream in = CodePointRanges.class.getResourceAsStream(resource);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (!line.startsWith("#")) {
                    int dots = line.indexOf("..");
                    int blank = line.indexOf(' ');
                    taker.take(
                            Integer.parseInt(line.substring(0, dots), 16),
                            Integer.parseInt(line.substring(dots + 2, blank), 16),
                            line.substring(blank + 1));
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(resource, failure);
        }
    }
}
