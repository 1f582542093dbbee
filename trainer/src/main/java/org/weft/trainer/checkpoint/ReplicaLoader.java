package org.weft.trainer.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.storage.Store;
import org.weft.worker.engine.Engines;
import org.weft.worker.engine.ModelReplica;
import org.weft.worker.engine.ReplicaOptions;

/** Opens a replica with a checkpoint's parameters. */
public final class ReplicaLoader {
    private ReplicaLoader() {}

    /** The configuration that a checkpoint was trained with. */
    public static WeftConfig configOf(Checkpoint checkpoint) {
        return ConfigLoader.fromTree(
                checkpoint.directory(), checkpoint.manifest().config());
    }

    /**
     * A replica on this machine's CPU, of the engine that trained the checkpoint where it is on the class path, else of
     * libtorch; the caller closes it.
     */
    public static ModelReplica open(Store store, Checkpoint checkpoint) throws IOException {
        String engine = configOf(checkpoint).cluster().engine();
        return open(store, checkpoint, Engines.has(engine) ? engine : Engines.TORCH);
    }

    /** A replica of a named engine on this machine's CPU; the caller closes it. */
    public static ModelReplica open(Store store, Checkpoint checkpoint, String engine) throws IOException {
        CheckpointManifest manifest = checkpoint.manifest();
        WeftConfig config = configOf(checkpoint);
        ModelShape shape = new ModelShape(config.model(), manifest.vocabSize());
        ModelReplica replica =
                Engines.open(engine, shape, ReplicaOptions.cpu(config.cluster().threads()));
        new CheckpointReader(store, checkpoint.directory(), manifest)
                .read(CheckpointReader.PARAM, 0, manifest.parameters(), (offset, bytes) -> {
                    ByteBuffer window = replica.parameters(offset, bytes.remaining() / Float.BYTES);
                    window.put(bytes);
                });
        replica.parametersWritten(0, manifest.parameters());
        return replica;
    }
}
