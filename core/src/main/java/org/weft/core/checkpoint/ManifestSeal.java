package org.weft.core.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.weft.core.Sha256;
import org.weft.core.WeftException;

/**
 * A manifest's SHA-256 of itself, its last key. The digest covers every byte before the comma that precedes the key;
 * the rest of the file has one form only, so that no byte can change unseen:
 *
 * <pre>
 *   {
 *     "format_version" : 4,
 *     …
 *     "params_sha256" : "…",
 *     "manifest_sha256" : "64 hexadecimal digits"
 *   }
 * </pre>
 */
public final class ManifestSeal {
    public static final String KEY = "manifest_sha256";

    private static final byte[] BEFORE = (",\n  \"" + KEY + "\" : \"").getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AFTER = "\"\n}".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OBJECT_END = "\n}".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 64;

    private ManifestSeal() {}

    /** The bytes of an indented JSON object, with its digest as a last key. */
    public static byte[] close(byte[] json) {
        int body = json.length - OBJECT_END.length;
        if (!Arrays.equals(json, body, json.length, OBJECT_END, 0, OBJECT_END.length)) {
            throw new IllegalArgumentException("not an indented JSON object");
        }
        byte[] digits = digest(json, body);
        byte[] sealed = Arrays.copyOf(json, body + BEFORE.length + DIGITS + AFTER.length);
        System.arraycopy(BEFORE, 0, sealed, body, BEFORE.length);
        System.arraycopy(digits, 0, sealed, body + BEFORE.length, DIGITS);
        System.arraycopy(AFTER, 0, sealed, body + BEFORE.length + DIGITS, AFTER.length);
        return sealed;
    }

    /** Throws where the bytes are not those that were sealed. */
    static void open(String path, byte[] sealed) {
        open(path, sealed, "take another checkpoint");
    }

    /**
     * The same for another file than a checkpoint's.
     *
     * @param hint what to do about a damaged one
     */
    public static void open(String path, byte[] sealed, String hint) {
        int body = sealed.length - BEFORE.length - DIGITS - AFTER.length;
        int digits = body + BEFORE.length;
        int after = digits + DIGITS;
        boolean formed = body > 0
                && Arrays.equals(sealed, body, digits, BEFORE, 0, BEFORE.length)
                && Arrays.equals(sealed, after, sealed.length, AFTER, 0, AFTER.length);
        if (!formed || !Arrays.equals(sealed, digits, after, digest(sealed, body), 0, DIGITS)) {
            throw WeftException.invalidData(path + " is damaged: it does not match its own " + KEY, hint);
        }
    }

    /**
     * Both digests of a sealed file.
     *
     * @param stated in the file; empty where it has no seal of the one form
     * @param actual of the bytes that it should cover
     */
    public record Reading(String stated, String actual) {}

    /** What a file says of itself, and what is so. */
    public static Reading read(byte[] sealed) {
        int body = sealed.length - BEFORE.length - DIGITS - AFTER.length;
        int digits = body + BEFORE.length;
        boolean formed = body > 0
                && Arrays.equals(sealed, body, digits, BEFORE, 0, BEFORE.length)
                && Arrays.equals(sealed, digits + DIGITS, sealed.length, AFTER, 0, AFTER.length);
        return formed
                ? new Reading(
                        new String(sealed, digits, DIGITS, StandardCharsets.US_ASCII),
                        new String(digest(sealed, body), StandardCharsets.US_ASCII))
                : new Reading("", Sha256.hex(sealed));
    }

    private static byte[] digest(byte[] bytes, int length) {
        byte[] digest = Sha256.digest().digest(Arrays.copyOf(bytes, length));
        return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    }
}
