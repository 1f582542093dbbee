package org.weft.parameterserver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Bucket;
import org.weft.core.params.Initialization;
import org.weft.core.params.ParameterLayout;

/** A model of three buckets, two of them full, and gradients that are a formula. */
public final class ServerFixture {
    public static final int VOCABULARY = 262_500;

    private ServerFixture() {}

    public static WeftConfig config(String runDir, int servers) {
        return config(runDir, servers, 1);
    }

    public static WeftConfig config(String runDir, int servers, int replicas) {
        return ConfigLoader.load(
                "test",
                "run: {dir: '" + runDir + "', seed: 7}",
                List.of(
                        "cluster.servers=" + servers,
                        "servers.replicas=" + replicas,
                        "cluster.lease_seconds=1",
                        "model.layers=1",
                        "model.width=8",
                        "model.heads=2",
                        "model.context=8",
                        "training.lanes=2",
                        "training.global_batch=8",
                        "training.warmup_steps=0",
                        "training.learning_rate=0.01"));
    }

    public static ModelShape shape() {
        return new ModelShape(config("/x", 1).model(), VOCABULARY);
    }

    public static ParameterLayout layout() {
        return shape().layout();
    }

    /** The initial parameters as one vector. */
    public static float[] initial() {
        FloatBuffer all = FloatBuffer.allocate((int) layout().size());
        Initialization.fill(layout(), 7, 0, all);
        return all.array();
    }

    /** Element i of a lane's gradient. */
    public static float gradient(int lane, long i) {
        return (lane + 1) * 1e-3f * ((i * 2654435761L >>> 7 & 1023) - 511.5f);
    }

    public static float[] gradient(int lane, Bucket bucket) {
        float[] gradient = new float[bucket.length()];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = gradient(lane, bucket.offset() + i);
        }
        return gradient;
    }

    public static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    public static int checksum(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.duplicate().clear());
        return (int) checksum.getValue();
    }
}
