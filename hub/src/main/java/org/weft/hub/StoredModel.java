package org.weft.hub;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.model.TaskHead;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.run.LanguageModel;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/** A model where it lies: found and checked, its parameters not read yet. {@link ModelLocator} finds it. */
public sealed interface StoredModel extends LanguageModel permits CheckpointModel, ForeignModel {

    /** The model of a checkpoint at hand. */
    static StoredModel of(Store store, Checkpoint checkpoint) {
        return new CheckpointModel(store, checkpoint);
    }

    /** What people call it. */
    String name();

    /** What a person should know of how it was read. */
    List<String> notices();

    /** SHA-256 of its parameters in hexadecimal; empty where nobody has computed it. */
    String paramsSha256();

    /** V. */
    int vocabSize();

    /** Whether matrices of it are whole numbers and scales, which have no gradients. */
    default boolean keepsWholeNumbers() throws IOException {
        return false;
    }

    /** The checkpoint that it is; empty where it is none. */
    Optional<Checkpoint> checkpoint();

    /**
     * The model as a checkpoint: its own, or of step 0 where it has to become one.
     *
     * @param runDir the run directory that it becomes then; what is there goes
     * @param notices told what a person should know of it
     */
    Checkpoint asCheckpoint(String runDir, Consumer<String> notices) throws IOException;

    /** How sentence-transformers' files beside it say that texts become vectors. */
    SentenceModules sentences() throws IOException;

    /**
     * What its class for sequences pools wherever it is taken as a base: the first token or the mean. AUTO where its family's
     * config.json has no key for that.
     */
    Pooling sequencePooling() throws IOException;

    /** Parameters that are not in its files, and that start anew. */
    List<String> fresh() throws IOException;

    /** A replica that may lack what predicts tokens or labels, for its vectors; the caller, whose thread owns it, closes it. */
    default ModelReplica body(ReplicaOptions options) throws IOException {
        return vectors(options, TaskHead.Pooling.MEAN);
    }

    /**
     * A replica that gives vectors and nothing else, as {@link #body}.
     *
     * @param pooling what stands for a text where vectors are compared
     */
    ModelReplica vectors(ReplicaOptions options, TaskHead.Pooling pooling) throws IOException;

    /** A replica with its parameters; the caller, whose thread owns it, closes it. */
    ModelReplica replica(ReplicaOptions options) throws IOException;

    @Override
    default ModelReplica replica() throws IOException {
        return replica(ReplicaOptions.cpu(config().cluster().threads()));
    }
}
