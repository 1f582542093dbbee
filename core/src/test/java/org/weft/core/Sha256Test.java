package org.weft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The test vectors of FIPS 180-2. */
class Sha256Test {
    private static final byte[] ABC = "abc".getBytes(StandardCharsets.US_ASCII);
    private static final String DIGEST = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void digestsBytesWholeOrInPieces() {
        assertThat(Sha256.hex(ABC)).isEqualTo(DIGEST);
        assertThat(Sha256.of(ABC)).isEqualTo(HexFormat.of().parseHex(DIGEST));
        var digest = Sha256.digest();
        digest.update(ABC, 0, 1);
        digest.update(ABC, 1, 2);
        assertThat(digest.digest()).isEqualTo(Sha256.of(ABC));
        assertThat(Sha256.hex(new byte[0]))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
