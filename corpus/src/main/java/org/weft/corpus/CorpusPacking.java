package org.weft.corpus;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.config.TrainingConfig.Packing;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.PackedShard;
import scala.Tuple2;

/**
 * Counts, a task a shard, into how many windows a corpus's documents are packed. Only where documents begin is read. What comes back
 * is two numbers a shard; it depends on {@code model.context} and {@code training.packing}, so that it is counted anew by each
 * run, and neither needs another {@code prepare}.
 */
public final class CorpusPacking {
    private CorpusPacking() {}

    /** By the shards' files; empty where the run packs nothing. */
    public static Map<String, PackedShard> count(JavaSparkContext spark, Store store, WeftConfig config)
            throws IOException {
        Packing packing = config.training().packing();
        if (!packing.whole()) {
            return Map.of();
        }
        String directory = config.run().directory().corpus();
        CorpusManifest manifest = CorpusManifest.load(store, directory);
        CorpusManifest described = manifest.withoutShards(); // tasks have one shard each, and not the list
        int context = config.model().context();
        List<CorpusShard> shards = Stream.of(manifest.train(), manifest.val())
                .flatMap(split -> split.shards().stream())
                .toList();
        List<Tuple2<String, PackedShard>> counted = spark.parallelize(shards, Math.max(1, shards.size()))
                .map(shard -> new Tuple2<>(
                        shard.file(), PackedShard.of(store, directory, described, shard, context, packing)))
                .collect();
        Map<String, PackedShard> byFile = new TreeMap<>();
        counted.forEach(shard -> byFile.put(shard._1(), shard._2()));
        return byFile;
    }
}
