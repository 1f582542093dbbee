package org.weft.parameterserver.shard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketHeader;

/**
 * One vector of one bucket in its last versions, as little-endian float32 in direct memory, and what workers pull of each. A version
 * takes the place of the one that comes out of the ring. The server's thread writes; network threads read what is published.
 */
final class VersionedBytes {
    private final ByteBuffer[] versions;
    /** The version itself where it travels as it is. */
    private final ByteBuffer[] pulled;

    VersionedBytes(int bytes, int count) {
        versions = new ByteBuffer[count];
        pulled = new ByteBuffer[count];
        Arrays.setAll(versions, i -> ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** Versions that are kept. */
    int count() {
        return versions.length;
    }

    private int at(int version) {
        return Math.floorMod(version, versions.length);
    }

    /** Where a version stands, from its start to its capacity. */
    ByteBuffer plain(int version) {
        return versions[at(version)].duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** What workers pull of a version. */
    ByteBuffer pulled(int version) {
        return pulled[at(version)].duplicate().clear();
    }

    /**
     * Encodes a version for those who pull it.
     *
     * @param draw as in {@link BucketCodec#encode}
     * @return CRC32C of the version as it is, and of what is pulled
     */
    int[] encode(int version, BucketCodec codec, long draw) {
        int at = at(version);
        pulled[at] = codec.encode(versions[at], draw, pulled[at]);
        int plain = BucketHeader.checksum(versions[at]);
        return new int[] {plain, pulled[at] == versions[at] ? plain : BucketHeader.checksum(pulled[at])};
    }

    /** Copies a version's elements to the beginning of an array. */
    void read(int version, float[] into, int length) {
        plain(version).asFloatBuffer().get(into, 0, length);
    }

    /** Takes a version's elements from the beginning of an array. */
    void write(int version, float[] from, int length) {
        plain(version).asFloatBuffer().put(from, 0, length);
    }

    /** Makes one version also the next. */
    void carry(int version, int next) {
        if (at(version) != at(next)) {
            plain(next).put(plain(version));
        }
    }
}
