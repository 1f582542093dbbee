package org.weft.trainer.checkpoint;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.corpus.CorpusManifest;
import org.weft.core.params.ParameterLayout;
import org.weft.core.protocol.SavedRange;
import org.weft.core.storage.CheckpointManifest;
import org.weft.core.storage.CheckpointReader;
import org.weft.core.storage.Store;
import org.weft.trainer.report.WeftVersion;

/**
 * Turns the shards' files into a checkpoint: reads the parameters back for their hash, which also proves that they can be
 * read, then writes the manifest, which is the commit, then removes checkpoints beyond those to keep. Runs on one
 * background thread of its owner.
 */
public final class CheckpointCommitter {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointCommitter.class);

    private final Store store;
    private final WeftConfig config;
    private final ParameterLayout layout;
    private final CorpusManifest corpus;

    public CheckpointCommitter(Store store, WeftConfig config, ParameterLayout layout, CorpusManifest corpus) {
        this.store = store;
        this.config = config;
        this.layout = layout;
        this.corpus = corpus;
    }

    /** Commits a checkpoint whose shards are durable. */
    public Checkpoint commit(int generation, int step, List<SavedRange> files) throws IOException {
        String directory = config.run().checkpointsDir() + "/" + CheckpointManifest.directoryName(step);
        List<CheckpointManifest.Shard> shards = files.stream()
                .sorted(Comparator.comparingLong(SavedRange::offset).thenComparing(SavedRange::file))
                .map(f -> new CheckpointManifest.Shard(f.file(), f.offset(), f.length(), f.bytes(), f.sha256()))
                .toList();
        CheckpointManifest draft = manifest(generation, step, shards, "");
        String paramsSha256 = new CheckpointReader(store, directory, draft).paramsSha256();
        CheckpointManifest manifest = manifest(generation, step, shards, paramsSha256);
        manifest.save(store, directory);
        retain(step);
        return new Checkpoint(directory, manifest);
    }

    private CheckpointManifest manifest(
            int generation, int step, List<CheckpointManifest.Shard> shards, String paramsSha256) {
        long tokens =
                (long) step * config.training().globalBatch() * config.model().context();
        return new CheckpointManifest(
                CheckpointManifest.FORMAT_VERSION,
                WeftVersion.CURRENT,
                step,
                tokens,
                generation,
                layout.hash(),
                layout.size(),
                corpus.vocabSize(),
                corpus.tokenizerSha256(),
                config.run().seed(),
                ConfigLoader.toTree(config),
                shards,
                paramsSha256);
    }

    /** A checkpoint that cannot be removed is no reason to stop a run. */
    private void retain(int committed) {
        try {
            new Retention(
                            store,
                            config.run().checkpointsDir(),
                            config.checkpoint().keep())
                    .apply(committed);
        } catch (IOException e) {
            LOG.warn("could not remove old checkpoints: {}", e.getMessage());
        }
    }
}
