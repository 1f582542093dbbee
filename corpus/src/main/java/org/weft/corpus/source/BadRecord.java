package org.weft.corpus.source;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import org.weft.core.WeftException;

/**
 * A record that could not be used.
 *
 * @param file its path; of a table its name
 * @param place in the file, such as {@code line=12}; empty where it is the file as a whole
 * @param cause as an error would say it
 * @param restLost whether all that follows in the split is lost with it
 * @param sample how the record begins
 */
public record BadRecord(String file, String place, String cause, boolean restLost, String sample)
        implements Serializable {
    private static final int SAMPLE_BYTES = 200;

    /** What becomes of a bad record. */
    @FunctionalInterface
    public interface Handler {
        /** Takes note of it, or throws the error. */
        void bad(BadRecord record, WeftException error);
    }

    /** The first bad record is the end. */
    public static final Handler REFUSED = (record, error) -> {
        throw error;
    };

    static BadRecord of(InputSplit split, SplitFormat.Documents documents, WeftException error) throws IOException {
        String where = documents == null ? "" : documents.where();
        String file = "file=" + split.path();
        String place = where.startsWith(file) ? where.substring(file.length()).strip() : where;
        return new BadRecord(
                split.path(),
                place,
                error.getMessage(),
                documents == null || !documents.goesOn(),
                documents == null ? "" : clipped(documents.sample()));
    }

    /** The same with another sample. */
    public BadRecord showing(String other) {
        return new BadRecord(file, place, cause, restLost, other);
    }

    private static String clipped(byte[] sample) {
        int end = Math.min(sample.length, SAMPLE_BYTES);
        while (end < sample.length && end > 0 && (sample[end] & 0xC0) == 0x80) {
            end--; // not within a character
        }
        return new String(sample, 0, end, StandardCharsets.UTF_8);
    }
}
