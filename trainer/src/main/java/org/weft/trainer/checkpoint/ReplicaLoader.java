package org.weft.trainer.checkpoint;

import java.io.IOException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.storage.Store;
import org.weft.worker.engine.ModelReplica;
import org.weft.worker.engine.ReplicaOptions;
import org.weft.worker.engine.TorchReplica;

/** Opens a replica with a checkpoint's parameters. */
public final class ReplicaLoader {
    private ReplicaLoader() {}

    /** The configuration that a checkpoint was trained with. */
    public static WeftConfig configOf(Checkpoint checkpoint) {
        return ConfigLoader.fromTree(
                checkpoint.directory(), checkpoint.manifest().config());
    }

    /** A replica on this machine's CPU, with the threads that it was trained with; the caller closes it. */
    public static ModelReplica open(Store store, Checkpoint checkpoint) throws IOException {
        return open(
                store,
                checkpoint,
                ReplicaOptions.cpu(configOf(checkpoint).cluster().threads()));
    }

    /** A replica of a checkpoint's model; the caller, whose thread owns it, closes it. */
    public static ModelReplica open(Store store, Checkpoint checkpoint, ReplicaOptions options) throws IOException {
        CheckpointManifest manifest = checkpoint.manifest();
        ModelShape shape = new ModelShape(configOf(checkpoint).model(), manifest.vocabSize());
        CheckpointReader reader = new CheckpointReader(store, checkpoint.directory(), manifest);
        return open(
                shape, options, (offset, length, sink) -> reader.read(CheckpointReader.PARAM, offset, length, sink));
    }

    /** A replica with parameters from elsewhere; the caller, whose thread owns it, closes it. */
    public static ModelReplica open(ModelShape shape, ReplicaOptions options, InitialCheckpoint.Source parameters)
            throws IOException {
        ModelReplica replica = TorchReplica.open(shape, options);
        try {
            long size = replica.layout().size();
            parameters.read(0, size, (offset, bytes) -> replica.parameters(offset, bytes.remaining() / Float.BYTES)
                    .put(bytes));
            replica.parametersWritten(0, size);
            return replica;
        } catch (IOException | RuntimeException e) {
            replica.close();
            throw e;
        }
    }
}
