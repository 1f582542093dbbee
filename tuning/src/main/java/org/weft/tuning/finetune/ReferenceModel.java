package org.weft.tuning.finetune;

import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.Consumer;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ModelSection;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.Engines;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.ModelLocator;
import org.weft.hub.StoredModel;

/** The model that a model of pairs was tuned from. Travels to executors, where each task opens it for itself. */
interface ReferenceModel extends Serializable {

    /** Where it lies. */
    String directory();

    /** A replica with its parameters on this machine's CPU; the caller, whose thread owns it, closes it. */
    ModelReplica replica() throws IOException;

    /**
     * What the run itself began with, wherever {@code finetune.from} leads by now; that only where a checkpoint was taken out of its
     * run.
     *
     * @param notices told where the model is not the run's own
     * @throws WeftException where what is there now is another model
     */
    static ReferenceModel of(Store store, StoredModel tuned, Consumer<String> notices) throws IOException {
        if (tuned.checkpoint().isPresent()) {
            Checkpoint checkpoint = tuned.checkpoint().get();
            if (Start.isWhole(store, checkpoint)) {
                return Start.of(store, checkpoint);
            }
        }
        FinetuneConfig settings = tuned.config().finetune();
        StoredModel from = new ModelLocator(store, notices).at(settings.from());
        ModelSection.require(
                from.directory(), from.config().model(), tuned.config().model(), notices);
        if (!Arrays.equals(from.tokenizer().json(), tuned.tokenizer().json())) {
            throw WeftException.invalidData(
                    from.directory() + " has another tokenizer than " + tuned.directory() + ", which was tuned from "
                            + settings.from(),
                    "put the model back that it was tuned from, or evaluate the checkpoint in its run's directory");
        }
        notices.accept("rewards and kl are beside " + from.directory()
                + ", which finetune.from leads to now: what the run began with is not at hand");
        return new Named(from);
    }

    /** What {@code finetune.from} leads to. */
    record Named(StoredModel model) implements ReferenceModel {
        @Override
        public String directory() {
            return model.directory();
        }

        @Override
        public ModelReplica replica() throws IOException {
            return model.replica();
        }
    }

    /**
     * The parameters that a run began with.
     *
     * @param config of the run
     * @param learned step 0 of what learns; null where all of it is fresh, as adapters are
     */
    record Start(Store store, RunDirectory run, WeftConfig config, ModelShape shape, Checkpoint learned)
            implements ReferenceModel {

        /** Whether all that the run began with is in its directory. */
        static boolean isWhole(Store store, Checkpoint checkpoint) throws IOException {
            RunDirectory run = checkpoint.run();
            ModelShape shape = ReplicaLoader.shapeOf(checkpoint);
            boolean adapters = shape.adaptation().lora() != null;
            return (adapters || hasStart(store, run.initial()))
                    && (shape.adapted().frozen().size() == 0 || hasStart(store, run.base()));
        }

        static Start of(Store store, Checkpoint checkpoint) throws IOException {
            RunDirectory run = checkpoint.run();
            String directory = run.initial().step(0);
            return new Start(
                    store,
                    run,
                    ReplicaLoader.configOf(checkpoint),
                    ReplicaLoader.shapeOf(checkpoint),
                    hasStart(store, run.initial())
                            ? new Checkpoint(directory, CheckpointManifest.load(store, directory))
                            : null);
        }

        private static boolean hasStart(Store store, RunDirectory part) throws IOException {
            return store.exists(part.step(0) + "/" + CheckpointManifest.FILE);
        }

        @Override
        public String directory() {
            return (learned == null ? run.base() : run.initial()).step(0);
        }

        @Override
        public ModelReplica replica() throws IOException {
            ModelReplica replica = Engines.open(
                    Engines.TORCH, shape, ReplicaOptions.cpu(config.cluster().threads()));
            try {
                ReplicaLoader.loadStart(store, replica, learned, run);
                return replica;
            } catch (IOException | RuntimeException e) {
                replica.close();
                throw e;
            }
        }
    }
}
