package org.weft.core.transport;

import java.io.Serializable;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What makes a connection one of this run's: a secret that only its own processes hold, and whether the wire is
 * encrypted on top. Travels in task closures, and is never printed.
 */
public record WireSecurity(String secret, boolean encrypt) implements Serializable {
    private static final int SECRET_BYTES = 32;

    /** A fresh secret for a new run. */
    public static WireSecurity fresh(boolean encrypt) {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return new WireSecurity(HexFormat.of().formatHex(secret), encrypt);
    }

    @Override
    public String toString() {
        return "WireSecurity[encrypt=" + encrypt + "]";
    }
}
