package org.weft.core.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.tokens.TokenShardFormat.Header;

/** The bytes of a shard, and what is said of a shard with wrong ones. */
class TokenShardFormatTest {
    @TempDir
    Path directory;

    private CorpusFixture fixture;

    @BeforeEach
    void start() {
        fixture = new CorpusFixture(directory);
    }

    @Test
    void writesTheGoldenBytes() throws IOException {
        String vocabulary = "000102030405060708090a0b0c0d0e0f";
        try (TokenShardWriter writer =
                new TokenShardWriter(fixture.store, fixture.directory, "golden", TokenType.U16, vocabulary)) {
            writer.startDocument();
            writer.append(new int[] {1, 2, 65535});
            writer.startDocument();
            writer.append(new int[] {0x1234});
            writer.commit();
        }
        // Written out by hand from the layout; the CRC32C of the rest was computed apart (Castagnoli, reflected).
        String golden = "57454654544f4b31" // WEFTTOK1
                + "01000000" // version 1
                + "02000000" // dtype u16
                + "0400000000000000" // 4 tokens
                + "0200000000000000" // 2 documents
                + vocabulary
                + "00000000000000000000000000000000" // reserved
                + "01000200ffff3412" // tokens
                + "0000000000000000" // document 0 starts at 0
                + "0300000000000000"; // document 1 starts at 3
        byte[] actual = Files.readAllBytes(fixture.local("golden"));
        assertThat(HexFormat.of().formatHex(actual)).isEqualTo(golden + "49abc0fc");
    }

    @Test
    void headerRoundTripsForBothTypes() {
        for (TokenType type : TokenType.values()) {
            Header header = new Header(type, 5_000_000_000L, 3, "ab".repeat(16));
            byte[] bytes = TokenShardFormat.encode(header);
            assertThat(bytes).hasSize(TokenShardFormat.HEADER_BYTES);
            assertThat(TokenShardFormat.decode(bytes, "x", header.shardBytes())).isEqualTo(header);
        }
    }

    @Test
    void keepsTokensThatNeed32Bits() throws IOException {
        fixture.shard("wide", TokenType.U32, new int[] {70_000, 0, 151_000});
        try (TokenShardReader reader = TokenShardReader.open(fixture.store, fixture.path("wide"))) {
            int[] into = new int[4];
            reader.read(1, 2, into, 1);
            assertThat(into).containsExactly(0, 0, 151_000, 0);
            assertThatThrownBy(() -> reader.read(2, 2, into, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void knowsWhereDocumentsStart() throws IOException {
        CorpusShard shard = fixture.shard("docs", TokenType.U16, new int[3], new int[0], new int[70_000]);
        assertThat(shard.documents()).isEqualTo(3);
        assertThat(shard.tokens()).isEqualTo(70_003);
        assertThat(shard.bytes()).isEqualTo(Files.size(fixture.local("docs")));
        try (TokenShardReader reader = TokenShardReader.open(fixture.store, fixture.path("docs"))) {
            assertThat(reader.documentStart(0)).isZero();
            assertThat(reader.documentStart(1)).isEqualTo(3);
            assertThat(reader.documentStart(2)).isEqualTo(3);
            assertThatThrownBy(() -> reader.documentStart(3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(TokenShardFormat.checksum(reader.verify())).isEqualTo(shard.crc32c());
        }
    }

    @Test
    void anAbandonedWriterLeavesNothing() throws IOException {
        try (TokenShardWriter writer = new TokenShardWriter(
                fixture.store, fixture.directory, "gone", TokenType.U16, CorpusFixture.vocabulary())) {
            writer.startDocument();
            writer.append(new int[] {1});
            assertThat(writer.documents()).isEqualTo(1);
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void rejectsShardCutShort() throws IOException {
        byte[] whole = shardBytes();
        fixture.overwrite("shard", Arrays.copyOf(whole, whole.length - 5));
        assertRejected(
                "token shard of wrong length: file=" + fixture.path("shard") + " expected=86 bytes actual=81 bytes");
        fixture.overwrite("shard", Arrays.copyOf(whole, 20));
        assertRejected("expected=at least 68 bytes actual=20 bytes");
    }

    @Test
    void rejectsFlippedBit() throws IOException {
        byte[] bytes = shardBytes();
        bytes[67] ^= 0x10;
        fixture.overwrite("shard", bytes);
        try (TokenShardReader reader = TokenShardReader.open(fixture.store, fixture.path("shard"))) {
            assertThatThrownBy(reader::verify)
                    .isInstanceOfSatisfying(WeftException.class, e -> {
                        assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA);
                        assertThat(e.hint()).contains("run prepare again");
                    })
                    .hasMessageContaining("token shard damaged: file=" + fixture.path("shard") + " crc32c expected=")
                    .hasMessageContaining(" actual=");
        }
    }

    @Test
    void rejectsBitThatHadoopsOwnChecksumFinds() throws IOException {
        byte[] bytes = shardBytes();
        bytes[67] ^= 0x10;
        Files.write(fixture.local("shard"), bytes);
        assertThatThrownBy(() -> {
                    try (TokenShardReader reader = TokenShardReader.open(fixture.store, fixture.path("shard"))) {
                        reader.verify();
                    }
                })
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("file damaged: file=" + fixture.path("shard"));
    }

    @Test
    void rejectsWrongMagicVersionAndType() throws IOException {
        byte[] bytes = shardBytes();
        byte[] magic = bytes.clone();
        magic[0] = 0;
        fixture.overwrite("shard", magic);
        assertRejected("not a token shard: file=" + fixture.path("shard") + " magic expected=WEFTTOK1 actual=.EFTTOK1");
        byte[] version = bytes.clone();
        version[TokenShardFormat.VERSION_OFFSET] = 9;
        fixture.overwrite("shard", version);
        assertRejected("token shard of another version: file=" + fixture.path("shard") + " expected=1 actual=9");
        byte[] type = bytes.clone();
        type[TokenShardFormat.DTYPE_OFFSET] = 3;
        fixture.overwrite("shard", type);
        assertRejected("token shard of unknown dtype");
        byte[] count = bytes.clone();
        count[TokenShardFormat.TOKENS_OFFSET + 7] = (byte) 0x7f;
        fixture.overwrite("shard", count);
        assertRejected("token shard of wrong length");
    }

    @Test
    void rejectsMissingShard() {
        assertRejected("token shard missing: file=" + fixture.path("shard"));
    }

    @Test
    void rejectsVocabularyHashOfOtherLength() {
        assertThatThrownBy(() -> TokenShardFormat.encode(new Header(TokenType.U16, 0, 0, "abcd")))
                .hasMessage("vocabulary hash: bytes=2 expected=16");
    }

    private byte[] shardBytes() throws IOException {
        fixture.shard("shard", TokenType.U16, new int[] {1, 2, 3, 4, 5});
        return Files.readAllBytes(fixture.local("shard"));
    }

    private void assertRejected(String message) {
        assertThatThrownBy(() -> TokenShardReader.open(fixture.store, fixture.path("shard")))
                .isInstanceOfSatisfying(
                        WeftException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.INVALID_DATA))
                .hasMessageContaining(message);
    }
}
