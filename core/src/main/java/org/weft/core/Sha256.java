package org.weft.core;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, the digest of everything that Weft stores and compares. */
public final class Sha256 {
    private Sha256() {}

    /** A fresh one, for what comes in pieces. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** 32 bytes. */
    public static byte[] of(byte[] content) {
        return digest().digest(content);
    }

    /** 64 lower-case hexadecimal digits. */
    public static String hex(byte[] content) {
        return HexFormat.of().formatHex(of(content));
    }
}
