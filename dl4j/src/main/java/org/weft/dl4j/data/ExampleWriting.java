package org.weft.dl4j.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;

/**
 * The Spark job that writes an RDD's examples, a shard a partition.
 *
 * @param directory of the shards; what stands there and is not in the index does not count
 */
public record ExampleWriting(Store store, String directory) {

    /**
     * Writes all examples, in the order of partitions and within them, and their index.
     *
     * @throws WeftException where there is no example
     */
    public ExampleManifest write(JavaRDD<MultiDataSet> examples) throws IOException {
        List<ExampleManifest.Shard> shards = new ArrayList<>();
        for (String shard : examples.mapPartitionsWithIndex(new WritePartition(store, directory), true)
                .collect()) {
            shards.add(ExampleManifest.Shard.fromJson(shard));
        }
        ExampleManifest manifest = new ExampleManifest(ExampleManifest.VERSION, shards);
        if (manifest.examples() == 0) {
            throw WeftException.invalidData("the RDD holds no example", "give one that is not empty");
        }
        manifest.save(store, directory);
        return manifest;
    }

    /** One partition's task; an attempt writes a file of its own. Its result is text: Spark's Kryo cannot carry records. */
    private record WritePartition(Store store, String directory)
            implements Function2<Integer, Iterator<MultiDataSet>, Iterator<String>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Iterator<String> call(Integer partition, Iterator<MultiDataSet> examples) throws IOException {
            String file = String.format(
                    Locale.ROOT,
                    "part-%05d-%d.examples",
                    partition,
                    TaskContext.get().taskAttemptId());
            try (ExampleShardWriter writer = new ExampleShardWriter(store, directory, file)) {
                while (examples.hasNext()) {
                    writer.add(examples.next());
                }
                return List.of(writer.commit().toJson()).iterator();
            }
        }
    }
}
