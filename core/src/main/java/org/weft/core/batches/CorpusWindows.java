package org.weft.core.batches;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.core.config.TrainingConfig.Packing;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.CorpusSource;
import org.weft.core.tokens.CorpusSplit;
import org.weft.core.tokens.PackedShard;
import org.weft.core.tokens.PackedWindows;
import org.weft.core.tokens.ShardReaders;
import org.weft.core.tokens.StreamWindows;
import org.weft.core.tokens.TokenCorpus;
import org.weft.core.tokens.Windows;

/**
 * A corpus's sources as a run cuts them into windows.
 *
 * @param train of each source's training split
 * @param val of each source's validation split
 */
record CorpusWindows(List<Windows> train, List<Windows> val) implements AutoCloseable {

    /** The corpus's sources; of one that is one whole that, without a name. */
    static List<CorpusSource> sources(CorpusManifest manifest) {
        return manifest.sources().isEmpty()
                ? List.of(new CorpusSource("", 1, 0, manifest.train(), manifest.val()))
                : manifest.sources();
    }

    /** @param packed what packing makes of each shard, by its file; of shards that are not there it is counted here */
    static CorpusWindows open(
            Store store, String directory, CorpusManifest manifest, WeftConfig config, Map<String, PackedShard> packed)
            throws IOException {
        Cutting cutting = new Cutting(store, new ShardReaders(store, directory, manifest), config, packed);
        List<Windows> train = new ArrayList<>();
        List<Windows> val = new ArrayList<>();
        if (manifest.sources().isEmpty() && !config.training().packing().whole()) {
            TokenCorpus.train(store, directory, manifest).requireSamples(config.textTokens());
        }
        for (CorpusSource source : sources(manifest)) {
            train.add(cutting.windows(source.train()));
            val.add(cutting.windows(source.val()));
        }
        return new CorpusWindows(train, val);
    }

    /** How a run cuts what a corpus has. */
    private record Cutting(Store store, ShardReaders readers, WeftConfig config, Map<String, PackedShard> packed) {

        Windows windows(CorpusSplit split) throws IOException {
            TokenCorpus corpus = TokenCorpus.of(readers, split);
            int context = config.model().context();
            Packing packing = config.training().packing();
            if (!packing.whole()) {
                return new StreamWindows(
                        corpus, config.textTokens(), config.training().documentAttention());
            }
            List<PackedShard> shards = new ArrayList<>();
            for (CorpusShard shard : split.shards()) {
                PackedShard counted = packed.get(shard.file());
                shards.add(counted == null ? PackedShard.of(readers, shard, context, packing) : counted);
            }
            return new PackedWindows(corpus, context, packing, shards);
        }
    }

    @Override
    public void close() throws IOException {
        for (Windows each : train) {
            each.close();
        }
        for (Windows each : val) {
            each.close();
        }
    }
}
