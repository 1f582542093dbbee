package org.weft.trainer.checkpoint;

import java.io.IOException;
import java.util.List;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
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

    /** The model that a checkpoint's parameters are of. */
    public static ModelShape shapeOf(Checkpoint checkpoint) {
        WeftConfig config = configOf(checkpoint);
        return new ModelShape(config.model(), checkpoint.manifest().vocabSize(), Adaptation.of(config, List.of()));
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
        ModelReplica replica = Engines.open(
                engine,
                shapeOf(checkpoint),
                ReplicaOptions.cpu(configOf(checkpoint).cluster().threads()));
        try {
            new CheckpointReader(store, checkpoint.directory(), checkpoint.manifest())
                    .read(CheckpointReader.PARAM, 0, replica.layout().size(), (offset, bytes) -> replica.parameters(
                                    offset, bytes.remaining() / Float.BYTES)
                            .put(bytes));
            replica.parametersWritten(0, replica.layout().size());
            loadFrozen(store, replica, ModelTokenizer.runDirectory(checkpoint.directory()));
            return replica;
        } catch (IOException | RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    /** Where a fine-tuned run keeps the parameters that do not learn. */
    public static String frozenDirectory(String runDir) {
        return runDir + "/base/checkpoints/" + CheckpointManifest.directoryName(0);
    }

    /** Loads the parameters that do not learn, if there are any. */
    public static void loadFrozen(Store store, ModelReplica replica, String runDir) throws IOException {
        ParameterLayout layout = replica.frozenLayout();
        if (layout.size() == 0) {
            return;
        }
        String directory = frozenDirectory(runDir);
        CheckpointManifest manifest = CheckpointManifest.load(store, directory);
        CheckpointResolver.requireLayout(new Checkpoint(directory, manifest), layout);
        new CheckpointReader(store, directory, manifest)
                .read(CheckpointReader.PARAM, 0, layout.size(), (offset, bytes) -> replica.frozen(
                                offset, bytes.remaining() / Float.BYTES)
                        .put(bytes));
        replica.frozenWritten(0, layout.size());
    }
}
