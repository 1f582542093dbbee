package org.weft.serve;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.weft.core.Sha256;

/** Who may use the model: whoever bears one of these keys, or anybody where there are none. Immutable. */
final class ApiKeys {
    private static final String SCHEME = "Bearer ";

    private final List<byte[]> digests; // of equal length, so that a comparison tells nothing by its time

    ApiKeys(List<String> keys) {
        digests = keys.stream().map(ApiKeys::digest).toList();
    }

    /**
     * Lets a request pass.
     *
     * @param authorization header of that name, or null
     * @throws ApiException 401
     */
    void check(String authorization) {
        if (digests.isEmpty()) {
            return;
        }
        if (authorization == null || !authorization.startsWith(SCHEME)) {
            throw ApiException.unauthorized("this server wants an API key: send the header Authorization: Bearer KEY");
        }
        byte[] given = digest(authorization.substring(SCHEME.length()).strip());
        boolean known = false;
        for (byte[] digest : digests) {
            known |= MessageDigest.isEqual(digest, given);
        }
        if (!known) {
            throw ApiException.unauthorized("the API key is not one of this server's");
        }
    }

    private static byte[] digest(String key) {
        return Sha256.hex(key.getBytes(StandardCharsets.UTF_8)).getBytes(StandardCharsets.US_ASCII);
    }
}
