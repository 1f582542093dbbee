package org.weft.core.storage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.checkpoint.Safetensors;

/** Checkpoint files whose element i is i, 1000 + i and 2000 + i, in vectors param, exp_avg and exp_avg_sq. */
public final class StorageFixture {
    private StorageFixture() {}

    public static CheckpointManifest.Shard writeShard(
            Store store, String directory, String name, long offset, int length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Safetensors.ofVectors(Map.of("offset", Long.toString(offset)), CheckpointReader.VECTORS, length)
                .writeHeader(bytes);
        for (int vector = 0; vector < 3; vector++) {
            ByteBuffer data = ByteBuffer.allocate(length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < length; i++) {
                data.putFloat(vector * 1000 + offset + i);
            }
            bytes.write(data.array());
        }
        try (AtomicOutput out = store.create(directory + "/" + name)) {
            out.write(bytes.toByteArray());
            out.commit();
        }
        String sha256 = HexFormat.of().formatHex(Sha256.digest().digest(bytes.toByteArray()));
        return new CheckpointManifest.Shard(name, offset, length, bytes.size(), sha256);
    }

    public static CheckpointManifest manifest(long parameters, List<CheckpointManifest.Shard> shards) {
        return manifest(parameters, shards, "params");
    }

    static CheckpointManifest manifest(long parameters, List<CheckpointManifest.Shard> shards, String paramsSha256) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.putObject("model").put("layers", 2);
        return new CheckpointManifest(
                CheckpointManifest.FORMAT_VERSION,
                "0.1",
                200,
                1,
                1L << 40,
                3,
                "layout",
                parameters,
                8192,
                "tok",
                -1,
                config,
                shards,
                List.of(new CheckpointManifest.Source("corpus", "/run/corpus", "c0de")),
                Map.of(100, Map.of("loss", 2.5)),
                paramsSha256,
                null,
                null);
    }
}
