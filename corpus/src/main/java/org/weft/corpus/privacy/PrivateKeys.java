package org.weft.corpus.privacy;

import java.util.stream.IntStream;
import org.weft.core.config.PersonalKind;

/** Private keys in their frame (RFC 7468, RFC 9580), also where documents end before the frame does. */
final class PrivateKeys {
    private static final int LONGEST_NAME = 40;
    private static final int LONGEST_KEY = 1 << 18;
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    private PrivateKeys() {}

    /** A private key that begins at a hyphen, to the end of its frame or of what is framed; null where none does. */
    static Finding at(String text, int start) {
        if (!text.startsWith(BEGIN, start)) {
            return null;
        }
        int name = start + BEGIN.length();
        int frame = text.indexOf(DASHES, name);
        if (frame < 0
                || frame - name > LONGEST_NAME
                || !text.substring(name, frame).contains("PRIVATE KEY")) {
            return null;
        }
        int open = frame + DASHES.length();
        String end = "-----END " + text.substring(name, frame) + DASHES;
        int next = text.indexOf(DASHES, open); // no further than the next frame, of which there may be many
        if (next >= 0 && next - start <= LONGEST_KEY && text.startsWith(end, next)) {
            return found(text, start, next + end.length());
        }
        int last = endOfFramed(text, open, Math.min(text.length(), start + LONGEST_KEY));
        return last - frame > LONGEST_NAME ? found(text, start, last) : null;
    }

    /** After the last line of Base64, of which those with a name and value may stand before: the end of a key is cut off. */
    private static int endOfFramed(String text, int open, int limit) {
        int end = open;
        boolean base64 = false;
        int from = open;
        while (from < limit) {
            int to = text.indexOf('\n', from);
            to = to < 0 || to > limit ? limit : to;
            int last = to > from && text.charAt(to - 1) == '\r' ? to - 1 : to;
            boolean framed = IntStream.range(from, last).allMatch(i -> isOfFrame(text.charAt(i)));
            if (!framed && (base64 || !isHeader(text, from, last))) {
                int stop = from; // the beginning of a line
                while (stop < last && isOfFrame(text.charAt(stop))) {
                    stop++;
                }
                return stop - from > LONGEST_NAME ? stop : end;
            }
            base64 |= framed && last > from;
            end = last > from ? last : end;
            from = to + 1;
        }
        return end;
    }

    /** {@code Version: GnuPG v2}. */
    private static boolean isHeader(String text, int from, int to) {
        int colon = from;
        while (colon < to && isOfName(text.charAt(colon))) {
            colon++;
        }
        return colon > from && colon - from <= LONGEST_NAME && text.startsWith(": ", colon);
    }

    private static boolean isOfFrame(char c) {
        return Surroundings.isAlphanumeric(c) || c == '+' || c == '/' || c == '=';
    }

    private static boolean isOfName(char c) {
        return Surroundings.isAlphanumeric(c) || c == '-';
    }

    private static Finding found(String text, int start, int end) {
        return new Finding(PersonalKind.SECRET, start, end, text.substring(start, end));
    }
}
