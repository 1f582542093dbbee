package org.weft.hub;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.FinetuneConfig.Pooling;
import org.weft.core.config.HeadKind;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.model.TaskHead;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ModelTokenizer;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;

/** The model of a checkpoint, pre-trained or fine-tuned. */
record CheckpointModel(Store store, Checkpoint known) implements StoredModel {

    @Override
    public String directory() {
        return known.directory();
    }

    @Override
    public String name() {
        return config().run().name();
    }

    @Override
    public List<String> notices() {
        return List.of();
    }

    @Override
    public String paramsSha256() {
        return known.manifest().paramsSha256();
    }

    @Override
    public WeftConfig config() {
        return ReplicaLoader.configOf(known);
    }

    @Override
    public int vocabSize() {
        return known.manifest().vocabSize();
    }

    @Override
    public TokenizerFile tokenizer() throws IOException {
        return ModelTokenizer.open(store, known);
    }

    @Override
    public Optional<Checkpoint> checkpoint() {
        return Optional.of(known);
    }

    @Override
    public Checkpoint asCheckpoint(String runDir, Consumer<String> notices) {
        return known;
    }

    /** What it was tuned to is in its configuration. */
    @Override
    public SentenceModules sentences() {
        return SentenceModules.NONE;
    }

    /** As its export says it. */
    @Override
    public Pooling sequencePooling() {
        if (Family.of(config().model()).hub().poolingKey().isEmpty()) {
            return Pooling.AUTO;
        }
        FinetuneConfig tuned = config().finetune();
        HeadKind head = tuned.task().head();
        boolean mean = head.ofSequence() && head.layered() && tuned.pooling() == Pooling.MEAN;
        return mean ? Pooling.MEAN : Pooling.FIRST;
    }

    @Override
    public List<String> fresh() {
        return List.of();
    }

    /** What it was tuned to give it pools as it was tuned. */
    @Override
    public ModelReplica vectors(ReplicaOptions options, TaskHead.Pooling pooling) throws IOException {
        return replica(options);
    }

    @Override
    public ModelReplica replica(ReplicaOptions options) throws IOException {
        return ReplicaLoader.open(store, known, options);
    }
}
