package org.weft.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one end seals the other opens, and nothing else. */
class SealedHandlerTest {
    private static final byte[] THERE = new byte[16];
    private static final byte[] BACK = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    private final EmbeddedChannel near =
            new EmbeddedChannel(new SealedHandler(RecordCipher.sealing(THERE), RecordCipher.opening(BACK)));
    private final EmbeddedChannel far =
            new EmbeddedChannel(new SealedHandler(RecordCipher.sealing(BACK), RecordCipher.opening(THERE)));

    private static byte[] text(int length) {
        byte[] text = new byte[length];
        new Random(length).nextBytes(text);
        return text;
    }

    private byte[] sealed(byte[] text) throws IOException {
        near.writeOutbound(Unpooled.wrappedBuffer(text));
        return transferred();
    }

    private byte[] transferred() throws IOException {
        FileRegion region = near.readOutbound();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WritableByteChannel channel = Channels.newChannel(out);
        while (region.transferred() < region.count()) {
            region.transferTo(channel, region.transferred());
        }
        assertThat(out.size()).isEqualTo((int) region.count());
        region.release();
        return out.toByteArray();
    }

    private byte[] opened() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ByteBuf part = far.readInbound(); part != null; part = far.readInbound()) {
            byte[] bytes = new byte[part.readableBytes()];
            part.readBytes(bytes);
            out.writeBytes(bytes);
            part.release();
        }
        return out.toByteArray();
    }

    private void receive(byte[] bytes, int from, int to) {
        far.writeInbound(Unpooled.copiedBuffer(bytes, from, to - from));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 4097, 65516, 65517, 300_000})
    void messagesOfAnyLengthArriveInPiecesOfAny(int length) throws IOException {
        byte[] text = text(length);
        for (int piece : new int[] {7 + length / 50, 1 << 20}) {
            byte[] sealed = sealed(text);
            assertThat(sealed.length).isEqualTo(length + 20 * ((length + 65515) / 65516));
            for (int at = 0; at < sealed.length; at += piece) {
                receive(sealed, at, Math.min(sealed.length, at + piece));
            }
            assertThat(opened()).isEqualTo(text);
        }
    }

    /** As a bucket is sent: written bit by bit by what is not in memory. */
    @Test
    void regionsAreSealedAsTheyAreWritten(@TempDir Path folder) throws IOException {
        byte[] text = text(200_000);
        Path file = Files.write(folder.resolve("text"), text);
        near.writeOutbound(new DefaultFileRegion(file.toFile(), 0, text.length));
        byte[] sealed = transferred();
        receive(sealed, 0, sealed.length);
        assertThat(opened()).isEqualTo(text);
    }

    @Test
    void theSameTextIsNeverSealedTwiceAlike() throws IOException {
        byte[] text = text(100);
        byte[] first = sealed(text);
        byte[] second = sealed(text);
        assertThat(second).isNotEqualTo(first);
        assertThat(Arrays.copyOfRange(first, 4, 104)).isNotEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 50, 103, 104, 119})
    void aBitThatChangesEndsTheConnection(int at) throws IOException {
        byte[] sealed = sealed(text(100));
        sealed[at] ^= 1;
        refuses(sealed, sealed(text(100)));
    }

    @Test
    void aRecordThatComesAgainEndsTheConnection() throws IOException {
        byte[] first = sealed(text(100));
        receive(first, 0, first.length);
        assertThat(opened()).isEqualTo(text(100));
        refuses(first);
    }

    @Test
    void aRecordThatIsMissingEndsTheConnection() throws IOException {
        sealed(text(100));
        refuses(sealed(text(100)));
    }

    /** What one end has sealed is nothing that it takes itself. */
    @Test
    void aRecordThatIsSentBackEndsTheConnection() throws IOException {
        byte[] sealed = sealed(text(100));
        assertThatThrownBy(() -> near.writeInbound(Unpooled.wrappedBuffer(sealed)))
                .isInstanceOf(SecurityException.class);
        assertThat(near.isOpen()).isFalse();
    }

    private void refuses(byte[]... records) {
        assertThatThrownBy(() -> {
                    for (byte[] record : records) {
                        receive(record, 0, record.length);
                    }
                })
                .isInstanceOf(SecurityException.class)
                .hasMessageContaining("was changed on its way");
        assertThat(far.isOpen()).isFalse();
        assertThat(opened()).isEmpty();
    }
}
