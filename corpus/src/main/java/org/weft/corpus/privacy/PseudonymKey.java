package org.weft.corpus.privacy;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.weft.core.config.PrivacyConfig;
import org.weft.core.storage.NamedSecret;
import org.weft.core.storage.Store;

/**
 * The key that pseudonyms are made with: HMAC-SHA256 (RFC 2104) of kind and value. It is read where the driver runs, comes
 * to tasks in their closures as the run's other secrets do, and shows itself nowhere else.
 */
final class PseudonymKey implements Serializable {
    private static final long serialVersionUID = 1L;

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
        NamedSecret named = new NamedSecret(
                "key", section + ".key_file", privacy.keyFile(), section + ".key_variable", privacy.keyVariable());
        return new PseudonymKey(named.read(store, environment));
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
