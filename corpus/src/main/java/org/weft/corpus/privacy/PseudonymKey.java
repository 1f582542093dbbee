package org.weft.corpus.privacy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.weft.core.ByteOrderMark;
import org.weft.core.WeftException;
import org.weft.core.config.PrivacyConfig;
import org.weft.core.storage.Store;

/**
 * The key that pseudonyms are made with: HMAC-SHA256 (RFC 2104) of kind and value. It is read where the driver runs, comes
 * to tasks in their closures as the run's other secrets do, and shows itself nowhere else.
 */
final class PseudonymKey implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int LEAST_BYTES = 16;

    /** Of the 32 bytes those that a pseudonym shows: enough that no two values of a corpus have the same. */
    private static final int SHOWN_BYTES = 10;

    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private final byte[] key;

    PseudonymKey(byte[] key) {
        this.key = key.clone();
    }

    /**
     * The key that a configuration names; null where it asks for placeholders.
     *
     * @param section the configuration's key, for errors
     * @param environment values of the environment's variables, null for those that are not set
     */
    static PseudonymKey read(PrivacyConfig privacy, String section, Store store, UnaryOperator<String> environment)
            throws IOException {
        if (privacy.replace() != PrivacyConfig.Replace.PSEUDONYM) {
            return null;
        }
        byte[] key;
        String source;
        if (!privacy.keyVariable().isBlank()) {
            source = section + ".key_variable=" + privacy.keyVariable();
            String value = environment.apply(privacy.keyVariable());
            if (value == null) {
                throw WeftException.usage(
                        source + ": the environment has no such variable",
                        "export it where the driver runs, or name a file with " + section + ".key_file");
            }
            key = asWritten(value).getBytes(StandardCharsets.UTF_8);
        } else {
            source = section + ".key_file=" + privacy.keyFile();
            try {
                key = asWritten(store.readAll(privacy.keyFile()));
            } catch (FileNotFoundException absent) {
                throw WeftException.usage(source + ": no such file", "make one: openssl rand -hex 32 > FILE");
            }
        }
        if (key.length < LEAST_BYTES) {
            throw WeftException.usage(
                    source + ": the key has " + key.length + " bytes, and needs " + LEAST_BYTES + " at least",
                    "make one: openssl rand -hex 32");
        }
        return new PseudonymKey(key);
    }

    /** A key that is text is what somebody wrote, the same in a file and a variable. */
    private static String asWritten(String text) {
        return ByteOrderMark.without(text).strip();
    }

    private static byte[] asWritten(byte[] content) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return asWritten(text).getBytes(StandardCharsets.UTF_8);
        } catch (CharacterCodingException bytes) {
            return withoutLineEnd(content);
        }
    }

    private static byte[] withoutLineEnd(byte[] content) {
        int length = content.length;
        while (length > 0 && (content[length - 1] == '\n' || content[length - 1] == '\r')) {
            length--;
        }
        return Arrays.copyOf(content, length);
    }

    /** For one thread. */
    Mac mac() {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", impossible);
        }
    }

    /** The same for the same value of a kind, sixteen letters and digits. */
    static String pseudonym(Mac mac, String kind, String value) {
        byte[] hash = mac.doFinal((kind + '\0' + value).getBytes(StandardCharsets.UTF_8));
        StringBuilder shown = new StringBuilder();
        long bits = 0;
        int left = 0;
        for (int i = 0; i < SHOWN_BYTES; i++) {
            bits = bits << 8 | hash[i] & 0xFF;
            left += 8;
            while (left >= 5) {
                left -= 5;
                shown.append(ALPHABET.charAt((int) (bits >>> left) & 31));
            }
        }
        return shown.toString();
    }

    /** Tells two keys apart, and nothing of either. */
    String fingerprint() {
        return HexFormat.of().formatHex(mac().doFinal("key".getBytes(StandardCharsets.UTF_8)), 0, 4);
    }

    @Override
    public String toString() {
        return "PseudonymKey[" + fingerprint() + "]";
    }
}
