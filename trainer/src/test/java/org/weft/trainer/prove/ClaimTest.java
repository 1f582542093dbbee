package org.weft.trainer.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.core.Sha256;
import org.weft.core.storage.HadoopStore;

/** What is found of a file that many tasks read. */
class ClaimTest {
    private static final int BLOCK_BYTES = 1000;

    @TempDir
    Path directory;

    private final byte[] content = new byte[3500];
    private Claim claim;

    @BeforeEach
    void claimAFileOfFourBlocks() {
        new Random(5).nextBytes(content);
        StringBuilder blocks = new StringBuilder();
        for (int start = 0; start < content.length; start += BLOCK_BYTES) {
            blocks.append(
                    Sha256.hex(Arrays.copyOfRange(content, start, Math.min(content.length, start + BLOCK_BYTES))));
        }
        String sha256 = Sha256.hex(HexFormat.of().parseHex(blocks));
        claim = Claim.blocks("raw input", directory + "/file", sha256, content.length, BLOCK_BYTES);
    }

    @Test
    void aFileIsReadInItsBlocks() throws IOException {
        assertThat(claim.measurements()).hasSize(4);
        assertThat(found(content).outcome()).isEqualTo(Link.Outcome.SAME);
        byte[] changed = content.clone();
        changed[1234] ^= 1;
        assertThat(found(changed).outcome()).isEqualTo(Link.Outcome.DIFFERS);
    }

    @Test
    void aFileOfOneBlockHasTheSha256OfItsBytes() throws IOException {
        claim = Claim.blocks("raw input", directory + "/file", Sha256.hex(content), content.length, content.length);
        assertThat(found(content).outcome()).isEqualTo(Link.Outcome.SAME);
        claim = Claim.blocks("raw input", directory + "/file", Sha256.hex(new byte[0]), 0, BLOCK_BYTES);
        assertThat(found(new byte[0]).outcome()).isEqualTo(Link.Outcome.SAME);
    }

    @Test
    void anotherLengthIsFound() throws IOException {
        Link longer = found(Arrays.copyOf(content, content.length + 3 * BLOCK_BYTES));
        assertThat(longer.differs()).isTrue();
        assertThat(longer.found()).hasSize(64);
        assertThat(found(Arrays.copyOf(content, BLOCK_BYTES)).found()).isEqualTo("cut short");
        assertThat(found(null).found()).isEqualTo("missing");
    }

    /** What a file says of itself may come from anybody. */
    @ParameterizedTest
    @CsvSource({"3500, 0", "3500, -1", "-1, 1000", "9223372036854775807, 1"})
    void blocksThatCannotBeAreALinkThatDiffers(long bytes, long blockBytes) {
        Link link = Claim.blocks("raw input", "file", "ab", bytes, blockBytes).resolve(List.of());
        assertThat(link.differs()).isTrue();
        assertThat(link.found()).isEqualTo("cannot be cut: bytes=" + bytes + " input_block_bytes=" + blockBytes);
    }

    private Link found(byte[] stored) throws IOException {
        Path file = directory.resolve("file");
        Files.deleteIfExists(file);
        if (stored != null) {
            Files.write(file, stored);
        }
        List<String> found = new ArrayList<>();
        for (Measurement measurement : claim.measurements()) {
            found.add(measurement.found(HadoopStore.local()));
        }
        return claim.resolve(found);
    }
}
