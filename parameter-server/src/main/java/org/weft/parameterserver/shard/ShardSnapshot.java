package org.weft.parameterserver.shard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.weft.core.protocol.BucketHeader;

/**
 * A copy of a shard's weights and of what is kept beside them at a step boundary: for AdamW 12 bytes an element, 16 where the weights before
 * are kept; allocated at the first checkpoint and used again for each. Filled by the server's thread, read by the checkpointer's, never both.
 */
final class ShardSnapshot {
    private static final int CHUNK = 1 << 14;

    private final ByteBuffer[] weights;
    /** By vector and bucket. */
    private final float[][][] vectors;

    private ShardSnapshot(ByteBuffer[] weights, float[][][] vectors) {
        this.weights = weights;
        this.vectors = vectors;
    }

    /**
     * Room for a shard's buckets.
     *
     * @param vectors that are kept of each
     * @param zeros vectors that need none
     */
    static ShardSnapshot of(List<BucketState> states, int vectors, ZeroVectors zeros) {
        ByteBuffer[] weights = new ByteBuffer[states.size()];
        float[][][] copies = new float[vectors][states.size()][];
        for (int i = 0; i < weights.length; i++) {
            BucketState state = states.get(i);
            weights[i] = ByteBuffer.allocate(state.bucket().bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (int vector = 0; vector < vectors; vector++) {
                copies[vector][i] = zeros.copyOf(state.vectors()[vector]);
            }
        }
        return new ShardSnapshot(weights, copies);
    }

    void put(int bucket, ByteBuffer weightBytes, float[][] kept) {
        weights[bucket].clear().put(weightBytes);
        for (int i = 0; i < kept.length; i++) {
            System.arraycopy(kept[i], 0, vectors[i][bucket], 0, kept[i].length);
        }
    }

    int buckets() {
        return weights.length;
    }

    /** CRC32C of the copied weights of a bucket. */
    int checksum(int bucket) {
        return BucketHeader.checksum(weights[bucket]);
    }

    /** Writes weights, then the optimizer's vectors, each as little-endian float32 in layout order. */
    void writeTo(OutputStream out) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (ByteBuffer bucket : weights) {
            for (int at = 0; at < bucket.capacity(); at += CHUNK * Float.BYTES) {
                out.write(bucket.array(), at, Math.min(CHUNK * Float.BYTES, bucket.capacity() - at));
            }
        }
        for (float[][] vector : vectors) {
            for (float[] bucket : vector) {
                for (int at = 0; at < bucket.length; at += CHUNK) {
                    int count = Math.min(CHUNK, bucket.length - at);
                    chunk.asFloatBuffer().put(bucket, at, count);
                    out.write(chunk.array(), 0, count * Float.BYTES);
                }
            }
        }
    }
}
