package org.weft.corpus;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.TaskCompletionListener;
import org.weft.core.Upcoming;
import org.weft.core.storage.Store;
import scala.Tuple2;

/**
 * The documents of parts that were read, for Spark: a task a part, streamed from its file.
 *
 * @param directory where the parts' files are
 * @param sourcesTold whether documents of different sources, or ids, are told apart
 */
record KeptDocuments(Store store, String directory, boolean sourcesTold) implements Serializable {

    /**
     * The documents by key, but for some: partition k is shard k, sorted, with equal documents next to each other.
     *
     * @param duplicateIds which are left out; null for none
     */
    JavaPairRDD<byte[], byte[]> sorted(
            JavaSparkContext spark, List<ReadStage.Done> parts, DuplicateIds duplicateIds, int shards) {
        boolean told = sourcesTold;
        JavaPairRDD<byte[], byte[]> documents = all(spark, parts)
                .mapToPair(document -> new Tuple2<>(
                        key(document._1(), document._2(), told), document._2().text()));
        return duplicateIds == null
                ? documents.repartitionAndSortWithinPartitions(new DocumentKey.Shards(shards), DocumentKey.ORDER)
                : WithoutDuplicateIds.sorted(documents, duplicateIds.dropped(), shards);
    }

    private static byte[] key(int source, PartFile.Kept document, boolean told) {
        if (document.id() != null) {
            byte[] id = DocumentKey.ofId(document.id(), document.whole());
            byte[] key = DocumentKey.of(document.key(), source, id);
            return Arrays.copyOf(key, key.length + 1); // a byte more than what would drop it
        }
        return told ? DocumentKey.of(document.key(), source) : document.key();
    }

    /** Every document with its source, in no order. */
    JavaRDD<Tuple2<Integer, PartFile.Kept>> all(JavaSparkContext spark, List<ReadStage.Done> parts) {
        Store from = store;
        String within = directory;
        return spark.parallelize(parts, Math.max(1, parts.size())).flatMap(part -> documents(from, within, part));
    }

    private static Iterator<Tuple2<Integer, PartFile.Kept>> documents(
            Store store, String directory, ReadStage.Done part) throws IOException {
        PartFile.Reader reader = new PartFile.Reader(store, directory + "/" + part.file(), part.facts());
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> closeQuietly(reader));
        return new Upcoming<>() {
            @Override
            protected Tuple2<Integer, PartFile.Kept> find() {
                try {
                    PartFile.Kept kept = reader.next();
                    return kept == null ? null : new Tuple2<>(part.source(), kept);
                } catch (IOException failure) {
                    throw new UncheckedIOException("cannot read " + part.file(), failure);
                }
            }
        };
    }

    private static void closeQuietly(PartFile.Reader reader) {
        try {
            reader.close();
        } catch (IOException ignored) {
            // Nothing was written through it.
        }
    }
}
