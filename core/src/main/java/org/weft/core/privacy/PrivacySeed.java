package org.weft.core.privacy;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.weft.core.config.PrivateTrainingConfig;
import org.weft.core.storage.NamedSecret;
import org.weft.core.storage.Store;

/**
 * What draws and noise of a private run come from: a secret that the configuration names. It is read where the driver runs, comes to
 * tasks in their closures as the run's other secrets do, and shows itself nowhere else. Safe for use by many threads.
 *
 * <p>A word is a function of (secret, the run's seed, purpose, step, its number) alone: AES-256 in counter mode (NIST SP 800-38A), the
 * key by HMAC-SHA256 of seed and purpose, so that who has not the secret can tell it from chance no better than the cipher's output.
 * The counter block is
 *
 * <pre>
 *   0        8       16
 *   | step   | block |     big-endian; a block is two words
 * </pre>
 */
public final class PrivacySeed implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Words of a block. */
    static final int BLOCK_WORDS = 2;

    private static final int BLOCK_BYTES = BLOCK_WORDS * Long.BYTES;
    private static final String MAC = "HmacSHA256";

    private final byte[] secret;
    private final long seed;

    /** What words are for: each has words of its own. */
    enum Purpose {
        DRAWS,
        NOISE
    }

    /** @param seed the run's: two runs that share the secret have nothing else in common */
    PrivacySeed(byte[] secret, long seed) {
        this.secret = secret.clone();
        this.seed = seed;
    }

    /**
     * The secret that a configuration names.
     *
     * @param environment values of the environment's variables, null for those that are not set
     */
    static PrivacySeed read(PrivateTrainingConfig privacy, long seed, Store store, UnaryOperator<String> environment)
            throws IOException {
        NamedSecret named = new NamedSecret(
                "seed", "privacy.seed_file", privacy.seedFile(), "privacy.seed_variable", privacy.seedVariable());
        return new PrivacySeed(named.read(store, environment), seed);
    }

    /**
     * Words of a step, from that of number {@code 2 * firstBlock} on.
     *
     * @param words filled; as many as fill whole blocks
     */
    void words(Purpose purpose, int step, long firstBlock, long[] words) {
        byte[] counter = ByteBuffer.allocate(BLOCK_BYTES)
                .putLong(step)
                .putLong(firstBlock)
                .array();
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            SecretKeySpec key = new SecretKeySpec(derived(purpose + "/" + seed), "AES");
            cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counter));
            byte[] bytes = cipher.doFinal(new byte[words.length * Long.BYTES]);
            ByteBuffer.wrap(bytes).asLongBuffer().get(words);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has AES", impossible);
        }
    }

    private byte[] derived(String name) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(secret, MAC));
            return mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", impossible);
        }
    }

    /** Tells two secrets apart, and nothing of either: 64 hexadecimal digits. */
    String fingerprint() {
        return HexFormat.of().formatHex(derived("fingerprint"));
    }

    @Override
    public String toString() {
        return "PrivacySeed";
    }
}
