package org.weft.core.transport;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of a sealed connection: AES in Galois/counter mode, a record at a time (NIST SP 800-38D). The nonce is the record's
 * number, which both ends count: a record that is missing, repeated, moved or changed is none. A key is used by one connection in
 * one direction. Owned by the connection's event loop.
 *
 * <pre>
 *   0            4
 *   +------------+---------------------+-----------+
 *   | n, big     | n bytes, encrypted  | tag, 16   |
 *   +------------+---------------------+-----------+
 * </pre>
 */
final class RecordCipher {
    static final int HEADER_BYTES = Integer.BYTES;
    static final int TAG_BYTES = 16;
    static final int OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES;

    /** Most bytes of a record before it is sealed: 64 KiB afterwards. */
    static final int LONGEST = (1 << 16) - OVERHEAD_BYTES;

    private static final int NONCE_BYTES = 12;

    private final Cipher cipher;
    private final int mode;
    private final SecretKeySpec key;
    private final byte[] nonce = new byte[NONCE_BYTES];
    private final byte[] header = new byte[HEADER_BYTES];
    private long records;

    private RecordCipher(byte[] key, int mode) {
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES/GCM", e);
        }
        this.mode = mode;
        this.key = new SecretKeySpec(key, "AES");
    }

    static RecordCipher sealing(byte[] key) {
        return new RecordCipher(key, Cipher.ENCRYPT_MODE);
    }

    static RecordCipher opening(byte[] key) {
        return new RecordCipher(key, Cipher.DECRYPT_MODE);
    }

    /**
     * Seals or opens the next record, but for its header.
     *
     * @param length n, which is sealed too
     * @param from n bytes, or where records are opened n and the tag
     * @return bytes written
     * @throws GeneralSecurityException where it is not the next record of this connection
     */
    int next(int length, byte[] from, byte[] into, int at) throws GeneralSecurityException {
        ByteBuffer.wrap(nonce).putLong(NONCE_BYTES - Long.BYTES, records++);
        ByteBuffer.wrap(header).putInt(0, length);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(header);
        return cipher.doFinal(from, 0, mode == Cipher.ENCRYPT_MODE ? length : length + TAG_BYTES, into, at);
    }

    /** An array of at least so many bytes: the one at hand, or a longer one. Connections with short messages stay small. */
    static byte[] atLeast(int bytes, byte[] present) {
        return present.length >= bytes ? present : new byte[Integer.highestOneBit(Math.max(64, bytes) - 1) << 1];
    }
}
