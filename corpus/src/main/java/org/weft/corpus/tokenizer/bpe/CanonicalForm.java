package org.weft.corpus.tokenizer.bpe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.BitSet;

/**
 * Unicode's normalization form C, which Qwen's tokenizers ask for. Nearly all text has it; where every character is one that
 * stands for itself beside whatever comes (UAX #15, section 9: quick check), nobody has to look further. Characters that
 * were once assigned keep their forms, so that versions of Unicode agree on them.
 */
final class CanonicalForm {
    private static final String RESOURCE = "canonical-form.txt";

    /** What combines with a character before it, is put into order among such, or is written otherwise. */
    private static final BitSet UNSETTLED = read();

    private CanonicalForm() {}

    /** Whether a text is known to be in that form. */
    static boolean isGiven(byte[] text, int from, int to) {
        for (int at = from; at < to; at++) {
            int lead = text[at] & 0xFF;
            if (lead >= 0xCC && isUnsettled(text, at, to)) { // U+0300 and on
                return false;
            }
        }
        return true;
    }

    private static boolean isUnsettled(byte[] text, int at, int to) {
        int lead = text[at] & 0xFF;
        int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (at + length > to) {
            return false;
        }
        int point = lead & 0xFF >>> length + 1;
        for (int i = 1; i < length; i++) {
            point = point << 6 | text[at + i] & 0x3F;
        }
        return UNSETTLED.get(point);
    }

    /** The text in that form. */
    static byte[] of(byte[] text, int from, int to) {
        String given = new String(text, from, to - from, StandardCharsets.UTF_8);
        return Normalizer.normalize(given, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
    }

    /** Lines such as {@code 300..34E}. */
    private static BitSet read() {
        BitSet unsettled = new BitSet();
        try (InputStream in = CanonicalForm.class.getResourceAsStream(RESOURCE);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (!line.startsWith("#")) {
                    int dots = line.indexOf("..");
                    unsettled.set(
                            Integer.parseInt(line.substring(0, dots), 16),
                            Integer.parseInt(line.substring(dots + 2), 16) + 1);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(RESOURCE, failure);
        }
        return unsettled;
    }
}
