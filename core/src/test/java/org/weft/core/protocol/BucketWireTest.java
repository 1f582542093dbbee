package org.weft.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.lanes.TreeNode;
import org.weft.core.optim.StateVector;

/** A bucket's header on the wire, and its name when it is pulled. */
class BucketWireTest {
    private static final BucketHeader HEADER = new BucketHeader(1, 258, new TreeNode(3, 4), 5, 1 << 20, 0xCAFEBABE);
    private static final String GOLDEN =
            "57454654 01000000 02010000 03000000 04000000 05000000 00001000 bebafeca 00000000 16e22f1f";

    @Test
    void headerIsTheseBytes() {
        assertThat(HexFormat.of().formatHex(HEADER.encode().array())).isEqualTo(GOLDEN.replace(" ", ""));
        assertThat(BucketHeader.decode(golden())).isEqualTo(HEADER);
    }

    @Test
    void refusesOtherLengthsAndMagic() {
        assertThatThrownBy(() -> BucketHeader.decode(golden().limit(39)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a bucket header: bytes=39 expected=40");
        assertThatThrownBy(() -> BucketHeader.decode(ByteBuffer.allocate(41)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BucketHeader.decode(golden().put(0, (byte) 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** A bucket that is summed in another's place would be worse than one whose bytes are damaged. */
    @Test
    void refusesAHeaderAnyBitOfWhichIsAnother() {
        for (int bit = 0; bit < Byte.SIZE * BucketHeader.BYTES; bit++) {
            ByteBuffer damaged = golden();
            int at = bit / Byte.SIZE;
            damaged.put(at, (byte) (damaged.get(at) ^ 1 << bit % Byte.SIZE));
            assertThatThrownBy(() -> BucketHeader.decode(damaged))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching("(not a|damaged) bucket header: .*");
        }
    }

    @Test
    void refusesNodesThatAreNone() {
        assertThatThrownBy(() -> BucketHeader.decode(sealed(golden().put(15, (byte) 0x80))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no such tree node");
    }

    @Test
    void theLastWordNamesTheCodec() {
        BucketHeader coded = new BucketHeader(1, 258, new TreeNode(3, 4), 5, 1 << 20, 0xCAFEBABE, "int8");
        String bytes =
                GOLDEN.replace(" ", "").replaceAll("0{8}.{8}$", HexFormat.of().formatHex("int8".getBytes()));
        assertThat(HexFormat.of().formatHex(coded.encode().array()))
                .startsWith(bytes)
                .hasSize(2 * BucketHeader.BYTES);
        assertThat(BucketHeader.decode(coded.encode())).isEqualTo(coded);
        BucketHeader shorter = new BucketHeader(1, 2, TreeNode.lane(0), 0, 1, 0, "q4");
        assertThat(BucketHeader.decode(shorter.encode())).isEqualTo(shorter);
        assertThatThrownBy(() -> BucketHeader.decode(sealed(golden().put(33, (byte) '8'))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a bucket codec's name: ");
        assertThatThrownBy(() -> new BucketHeader(1, 2, TreeNode.lane(0), 0, 1, 0, "int16"))
                .hasMessage("not a bucket codec's name: int16");
    }

    @Test
    void unknownCodecsAreRefusedByName() {
        BucketCodecs codecs = BucketCodecs.plain();
        assertThat(codecs.named("f32")).isSameAs(BucketCodec.F32);
        assertThatThrownBy(() -> codecs.named("int3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown bucket codec: int3, known: f32, bf16, int8, int4");
    }

    @Test
    void plainFloatsAreHandedOnWithoutACopy() {
        ByteBuffer floats = ByteBuffer.allocateDirect(12).order(ByteOrder.LITTLE_ENDIAN);
        floats.putFloat(0, 1.5f).putFloat(4, -0f).putFloat(8, Float.NaN);
        assertThat(BucketCodec.F32.encode(floats, 7, null)).isSameAs(floats);
        assertThat(BucketCodec.F32.bytes(3)).isEqualTo(12);
        float[] decoded = new float[4];
        assertThat(BucketCodec.F32.decode(floats.duplicate(), decoded, 1)).isEqualTo(3);
        assertThat(decoded).containsExactly(0, 1.5f, -0f, Float.NaN);
    }

    /** What is drawn depends on the seed and on each number that names a bucket, and on nothing else. */
    @Test
    void drawsAreAFunctionOfSeedAndBucket() {
        BucketCodecs codecs = new BucketCodecs(List.of(), BucketCodec.F32, BucketCodec.F32, 3);
        BucketCodecs other = new BucketCodecs(List.of(), BucketCodec.F32, BucketCodec.F32, 4);
        assertThat(codecs.draw(5, 0, 2, 1)).isEqualTo(codecs.draw(5, 0, 2, 1));
        assertThat(List.of(
                        codecs.draw(5, 0, 2, 1),
                        other.draw(5, 0, 2, 1),
                        codecs.draw(6, 0, 2, 1),
                        codecs.draw(5, 0, 3, 1),
                        codecs.draw(5, 0, 2, 0)))
                .doesNotHaveDuplicates();
    }

    @Test
    void keysNameACodecThatIsNotThePlainOne() {
        BucketKey key = new BucketKey(3, 100, 7, StateVector.PARAM, "bf16");
        assertThat(key.streamId()).isEqualTo("3/100/7/PARAM/bf16");
        assertThat(BucketKey.parse(key.streamId())).isEqualTo(key);
        assertThat(key).hasToString("BucketKey[generation=3, step=100, bucket=7, part=PARAM, codec=bf16]");
    }

    @Test
    void keyRoundTrip() {
        BucketKey key = new BucketKey(3, 100, 7);
        assertThat(key.streamId()).isEqualTo("3/100/7/PARAM");
        assertThat(BucketKey.parse(key.streamId())).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1/2",
                "1/2/3",
                "1/2/3/4",
                "a/2/3/PARAM",
                "1/2//PARAM",
                "1/2/3/PARAM/",
                "1/2/3/PARAM/BF16",
                "1/2/3/PARAM/bf16/1",
                "1/2/99999999999/PARAM",
                "../../etc/passwd"
            })
    void refusesOtherStreamIds(String id) {
        assertThatThrownBy(() -> BucketKey.parse(id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a bucket's stream id: " + id);
    }

    /** With the checksum that belongs to it. */
    private static ByteBuffer sealed(ByteBuffer header) {
        int covered = BucketHeader.BYTES - Integer.BYTES;
        return header.order(ByteOrder.LITTLE_ENDIAN).putInt(covered, BucketHeader.checksum(header.slice(0, covered)));
    }

    private static ByteBuffer golden() {
        return ByteBuffer.wrap(HexFormat.of().parseHex(GOLDEN.replace(" ", "")));
    }
}
