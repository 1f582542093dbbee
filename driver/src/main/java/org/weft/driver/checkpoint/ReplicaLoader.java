package org.weft.driver.checkpoint;

import java.io.IOException;
import java.util.List;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.engine.Engines;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/** Opens a replica with a checkpoint's parameters. */
public final class ReplicaLoader {
    private ReplicaLoader() {}

    /** The configuration that a checkpoint was trained with. */
    public static WeftConfig configOf(Checkpoint checkpoint) {
        return ConfigLoader.recorded(
                checkpoint.directory(), checkpoint.manifest().config());
    }

    /** The model that a checkpoint's parameters are of. */
    public static ModelShape shapeOf(Checkpoint checkpoint) {
        WeftConfig config = configOf(checkpoint);
        return new ModelShape(config.model(), checkpoint.manifest().vocabSize(), Adaptation.of(config, List.of()));
    }

    /** A replica on this machine's CPU, with the threads that it was trained with; the caller closes it. */
    public static ModelReplica open(Store store, Checkpoint checkpoint) throws IOException {
        return open(store, checkpoint, asTrained(checkpoint));
    }

    /**
     * A replica of a checkpoint's model, of the engine that trained it where that is on the class path, else of libtorch;
     * the caller, whose thread owns it, closes it.
     */
    public static ModelReplica open(Store store, Checkpoint checkpoint, ReplicaOptions options) throws IOException {
        String engine = configOf(checkpoint).cluster().engine();
        return open(store, checkpoint, Engines.has(engine) ? engine : Engines.TORCH, options);
    }

    /** A replica of a named engine on this machine's CPU; the caller closes it. */
    public static ModelReplica open(Store store, Checkpoint checkpoint, String engine) throws IOException {
        return open(store, checkpoint, engine, asTrained(checkpoint));
    }

    private static ReplicaOptions asTrained(Checkpoint checkpoint) {
        return ReplicaOptions.cpu(configOf(checkpoint).cluster().threads());
    }

    private static ModelReplica open(Store store, Checkpoint checkpoint, String engine, ReplicaOptions options)
            throws IOException {
        CheckpointReader reader = new CheckpointReader(store, checkpoint.directory(), checkpoint.manifest());
        ModelReplica replica = Engines.open(engine, shapeOf(checkpoint), options);
        return loaded(replica, () -> {
            load(replica, (offset, length, sink) -> reader.readParameters(sink));
            loadFrozen(store, replica, checkpoint.run());
        });
    }

    /** A replica with parameters from elsewhere; the caller, whose thread owns it, closes it. */
    public static ModelReplica open(ModelShape shape, ReplicaOptions options, InitialCheckpoint.Source parameters)
            throws IOException {
        ModelReplica replica = Engines.open(Engines.TORCH, shape, options);
        return loaded(replica, () -> load(replica, parameters));
    }

    /**
     * The same with some of its parameters as whole numbers and scales.
     *
     * @param options say which
     * @param parameters of all others, in their order
     * @param quantized gives a replica those
     */
    public static ModelReplica open(
            ModelShape shape, ReplicaOptions options, InitialCheckpoint.Source parameters, Quantized quantized)
            throws IOException {
        ModelReplica replica = Engines.open(Engines.TORCH, shape, options);
        return loaded(replica, () -> {
            load(replica, parameters);
            quantized.fill(replica);
        });
    }

    /** Gives a replica what it keeps as whole numbers. */
    @FunctionalInterface
    public interface Quantized {
        void fill(ModelReplica replica) throws IOException;
    }

    /** Fills a replica; one that cannot be filled is closed. */
    @FunctionalInterface
    private interface Filling {
        void run() throws IOException;
    }

    private static ModelReplica loaded(ModelReplica replica, Filling filling) throws IOException {
        try {
            filling.run();
            return replica;
        } catch (IOException | RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    private static void load(ModelReplica replica, InitialCheckpoint.Source parameters) throws IOException {
        long size = replica.layout().size();
        parameters.read(0, size, (offset, bytes) -> replica.parameters(offset, bytes.remaining() / Float.BYTES)
                .put(bytes));
        replica.parametersWritten(0, size);
    }

    /**
     * Loads what a run starts with.
     *
     * @param start of step 0; null where all that learns is fresh, and so left at zero
     */
    public static void loadStart(Store store, ModelReplica replica, Checkpoint start, RunDirectory run)
            throws IOException {
        if (start != null) {
            CheckpointResolver.requireLayout(start, replica.layout());
            CheckpointReader reader = new CheckpointReader(store, start.directory(), start.manifest());
            load(replica, (offset, length, sink) -> reader.readParameters(sink));
        }
        loadFrozen(store, replica, run);
    }

    /** The parameters of a fine-tuned run that do not learn. */
    static Checkpoint frozen(Store store, RunDirectory run) throws IOException {
        String directory = run.base().step(0);
        return new Checkpoint(directory, CheckpointManifest.load(store, directory));
    }

    /** Loads the parameters that do not learn, if there are any. */
    public static void loadFrozen(Store store, ModelReplica replica, RunDirectory run) throws IOException {
        ParameterLayout layout = replica.frozenLayout();
        if (layout.size() == 0) {
            return;
        }
        Checkpoint frozen = frozen(store, run);
        CheckpointResolver.requireLayout(frozen, layout);
        new CheckpointReader(store, frozen.directory(), frozen.manifest())
                .readParameters((offset, bytes) ->
                        replica.frozen(offset, bytes.remaining() / Float.BYTES).put(bytes));
        replica.frozenWritten(0, layout.size());
    }
}
