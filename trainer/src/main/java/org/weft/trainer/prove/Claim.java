package org.weft.trainer.prove;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.weft.core.Sha256;

/**
 * What one file says of another, before anybody has looked.
 *
 * @param link what kind of link it is
 * @param subject the file it is about
 * @param expected what is said of it
 * @param measurements whose digests are what is found: of one that digest, of many the SHA-256 of them one after the other;
 *     none where {@code known} says it
 * @param known what is found, or why nothing was looked for
 * @param outcome null until what is expected and what is found are compared
 */
record Claim(
        String link,
        String subject,
        String expected,
        List<Measurement> measurements,
        String known,
        Link.Outcome outcome)
        implements Serializable {

    static final String MISSING = "missing";

    private static final int DIGEST_DIGITS = 64;

    /** A file of more is none that was read so. */
    private static final long MOST_BLOCKS = 1L << 22;

    /** That a file has this SHA-256. */
    static Claim file(String link, String path, String sha256) {
        return measured(link, path, sha256, new Measurement.WholeFile(path));
    }

    static Claim measured(String link, String subject, String expected, Measurement measurement) {
        return new Claim(link, subject, expected, List.of(measurement), "", null);
    }

    /** That a file, read in blocks by many tasks, has this SHA-256 over those of its blocks. */
    static Claim blocks(String link, String path, String sha256, long bytes, long blockBytes) {
        if (bytes < 0 || blockBytes <= 0 || bytes / blockBytes >= MOST_BLOCKS) {
            return known(link, path, sha256, "cannot be cut: bytes=" + bytes + " input_block_bytes=" + blockBytes);
        }
        List<Measurement> blocks = new ArrayList<>();
        for (long start = 0; start == 0 || start < bytes; start += blockBytes) {
            blocks.add(new Measurement.Block(path, start, blockBytes, start + blockBytes >= bytes));
        }
        return new Claim(link, path, sha256, blocks, "", null);
    }

    /** What is found already. */
    static Claim known(String link, String subject, String expected, String found) {
        return new Claim(link, subject, expected, List.of(), found, null);
    }

    /** A link that the version of Weft that wrote the file did not make. */
    static Claim unrecorded(String link, String subject, String why) {
        return new Claim(link, subject, "", List.of(), why, Link.Outcome.NOT_RECORDED);
    }

    /** A link that was not looked at. */
    static Claim unchecked(String link, String subject, String why) {
        return new Claim(link, subject, "", List.of(), why, Link.Outcome.NOT_CHECKED);
    }

    /** The claim with what was measured, in the order of the measurements. */
    Link resolve(List<String> found) {
        if (outcome != null) {
            return new Link(link, subject, expected, known, outcome);
        }
        String actual = measurements.isEmpty() ? known : joined(found);
        Link.Outcome compared = actual.equals(expected) ? Link.Outcome.SAME : Link.Outcome.DIFFERS;
        return new Link(link, subject, expected, actual, compared);
    }

    private static String joined(List<String> found) {
        if (found.size() == 1) {
            return found.get(0);
        }
        StringBuilder digests = new StringBuilder();
        for (String digest : found) {
            if (digest.length() != DIGEST_DIGITS) {
                return digest; // Why there is none.
            }
            digests.append(digest);
        }
        return Sha256.hex(HexFormat.of().parseHex(digests));
    }
}
