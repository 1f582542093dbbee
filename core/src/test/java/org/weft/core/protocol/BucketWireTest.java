package org.weft.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.lanes.TreeNode;

/** A bucket's header on the wire, and its name when it is pulled. */
class BucketWireTest {
    private static final BucketHeader HEADER = new BucketHeader(1, 258, new TreeNode(3, 4), 5, 1 << 20, 0xCAFEBABE);
    private static final String GOLDEN =
            "57454654 01000000 02010000 03000000 04000000 05000000 00001000 bebafeca 00000000";

    @Test
    void headerIsTheseBytes() {
        assertThat(HexFormat.of().formatHex(HEADER.encode().array())).isEqualTo(GOLDEN.replace(" ", ""));
        assertThat(BucketHeader.decode(golden())).isEqualTo(HEADER);
    }

    @Test
    void refusesOtherLengthsAndMagic() {
        assertThatThrownBy(() -> BucketHeader.decode(golden().limit(35)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a bucket header: bytes=35 expected=36");
        assertThatThrownBy(() -> BucketHeader.decode(ByteBuffer.allocate(37)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BucketHeader.decode(golden().put(0, (byte) 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesNodesThatAreNone() {
        assertThatThrownBy(() -> BucketHeader.decode(golden().put(15, (byte) 0x80)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no such tree node");
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
                "1/2/99999999999/PARAM",
                "../../etc/passwd"
            })
    void refusesOtherStreamIds(String id) {
        assertThatThrownBy(() -> BucketKey.parse(id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a bucket's stream id: " + id);
    }

    private static ByteBuffer golden() {
        return ByteBuffer.wrap(HexFormat.of().parseHex(GOLDEN.replace(" ", "")));
    }
}
