package org.weft.corpus.dedup;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.weft.core.Json;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.DeduplicationConfig;
import org.weft.core.config.DeduplicationConfig.Exact;
import org.weft.core.config.DeduplicationConfig.Near;
import scala.Tuple2;

/**
 * All that a corpus loses for what other texts say, in this order: lines that too many documents have, documents that share
 * words with an evaluation, those that are equal but for case and punctuation, near duplicates. What is not asked for costs nothing. Owned by the
 * driver's thread; what it keeps in Spark's storage is gone when it is closed.
 */
public final class Deduplication implements AutoCloseable {
    /** The list of documents that share words with an evaluation, beside a corpus. */
    public static final String CONTAMINATED_FILE = "contaminated.jsonl";

    private static final int MOST_LISTED = 100_000;

    private final Consumer<String> progress;
    private final Deque<AutoCloseable> held = new ArrayDeque<>();
    private final ObjectNode facts = Json.MAPPER.createObjectNode();
    private final Partitioner shards;
    private JavaPairRDD<byte[], byte[]> left; // with an empty text, what repeated lines left empty
    private JavaPairRDD<byte[], byte[]> distinct;

    private Deduplication(JavaPairRDD<byte[], byte[]> sorted, Distinct once, Consumer<String> progress) {
        this.progress = progress;
        this.shards = sorted.partitioner().get();
        this.left = sorted;
        this.distinct = distinct(sorted, once);
    }

    /** Sorted documents of which equal ones follow each other, each once. */
    @FunctionalInterface
    public interface Distinct extends Serializable {
        Iterator<Tuple2<byte[], byte[]>> of(Iterator<Tuple2<byte[], byte[]>> sorted);
    }

    /** Whether a configuration asks for any of it. */
    public static boolean wanted(CorpusConfig corpus) {
        return corpus.deduplicate().exact() != Exact.BYTES
                || corpus.deduplicate().near() != Near.OFF
                || corpus.deduplicate().repeatedLines() > 0
                || !corpus.decontaminate().against().isEmpty();
    }

    /** Takes a file of what was found. */
    @FunctionalInterface
    public interface Files {
        void write(String name, byte[] bytes) throws IOException;
    }

    /**
     * Does what the configuration asks for.
     *
     * @param sorted documents by key within the partitions of its partitioner, which looks at the first 16 bytes of a key
     *     alone; equal ones may be there
     * @param evaluations whose texts no document may have
     * @param files where the list of contaminated documents goes
     * @param progress told, on the calling thread, what is being done
     */
    public static Deduplication run(
            CorpusConfig corpus,
            Evaluations evaluations,
            JavaPairRDD<byte[], byte[]> sorted,
            Distinct once,
            Files files,
            Consumer<String> progress)
            throws IOException {
        Deduplication run = new Deduplication(sorted, once, progress);
        try {
            DeduplicationConfig config = corpus.deduplicate();
            if (config.repeatedLines() > 0) {
                run.cut(config.repeatedLines(), once);
            }
            if (!corpus.decontaminate().against().isEmpty()) {
                run.drop(run.contaminated(evaluations, files), once);
            }
            if (config.exact() == Exact.NORMALIZED) {
                run.drop(run.normalized(config), once);
            }
            if (config.near() == Near.MINHASH) {
                run.drop(run.near(config), once);
            }
            return run;
        } catch (IOException | RuntimeException failure) {
            run.close();
            throw failure;
        }
    }

    /** The documents that are left, sorted and cut as they were. */
    public JavaPairRDD<byte[], byte[]> kept() {
        return notEmpty(left);
    }

    /** The same, and in their places, with an empty text, those that repeated lines left empty: for who counts them. */
    public JavaPairRDD<byte[], byte[]> keptAndEmptied() {
        return left;
    }

    private static JavaPairRDD<byte[], byte[]> notEmpty(JavaPairRDD<byte[], byte[]> documents) {
        return documents.filter(document -> document._2().length > 0);
    }

    /** What was found, for the corpus's records; empty where nothing was asked for. */
    public ObjectNode facts() {
        return facts;
    }

    /** Takes out lines that too many documents have. */
    private void cut(int most, Distinct once) {
        JavaRDD<byte[]> repeated = RepeatedLines.find(distinct, most, shards);
        long lines =
                repeated.map(block -> (long) block.length / RepeatedLines.WIDTH).fold(0L, Long::sum);
        progress.accept(lines + " lines are taken out of documents: each stands in more than " + most);
        facts.put("repeated_lines_removed", lines);
        left = WithoutLines.of(left, repeated);
        distinct = distinct(left, once);
    }

    private void drop(JavaRDD<byte[]> keys, Distinct once) {
        left = WithoutDocuments.of(left, keys, shards);
        distinct = distinct(left, once);
    }

    private static JavaPairRDD<byte[], byte[]> distinct(JavaPairRDD<byte[], byte[]> sorted, Distinct once) {
        return notEmpty(sorted).mapPartitionsToPair(once::of, true);
    }

    private JavaRDD<byte[]> contaminated(Evaluations evaluations, Files files) throws IOException {
        progress.accept("decontaminating: " + evaluations.described());
        Broadcast<Evaluations> shared =
                JavaSparkContext.fromSparkContext(distinct.context()).broadcast(evaluations);
        held.push(shared::destroy);
        JavaRDD<Contaminated> found = distinct.mapPartitions(documents -> search(documents, shared.value()));
        found.persist(StorageLevel.MEMORY_AND_DISK());
        held.push(() -> found.unpersist(false));
        long count = found.count();
        List<Contaminated> listed = found.takeOrdered(MOST_LISTED, ByKey.ORDER);
        StringBuilder lines = new StringBuilder();
        for (Contaminated document : listed) {
            ObjectNode line = Json.MAPPER.createObjectNode();
            line.put("document", HexFormat.of().formatHex(document.key()));
            line.put("evaluation", document.file()).put("row", document.row());
            lines.append(line).append('\n');
        }
        if (count > 0) {
            files.write(CONTAMINATED_FILE, lines.toString().getBytes(StandardCharsets.UTF_8));
        }
        progress.accept("decontaminating: " + count + " documents share words with an evaluation and are dropped"
                + (count > MOST_LISTED ? ", " + MOST_LISTED + " of them are listed" : ""));
        facts.put("contaminated_documents", count);
        return found.map(Contaminated::key);
    }

    private static Iterator<Contaminated> search(Iterator<Tuple2<byte[], byte[]>> documents, Evaluations evaluations) {
        return new ContaminatedDocuments(documents, evaluations);
    }

    private JavaRDD<byte[]> normalized(DeduplicationConfig config) {
        JavaRDD<Duplicate> found = ExactDuplicates.find(distinct, config.keep());
        found.persist(StorageLevel.MEMORY_AND_DISK());
        held.push(() -> found.unpersist(false));
        long count = found.count();
        progress.accept(count + " documents differ from another in case, spaces or punctuation alone and are dropped");
        facts.put("normalized_duplicates", count);
        return found.map(Duplicate::dropped);
    }

    private JavaRDD<byte[]> near(DeduplicationConfig config) {
        NearDuplicates.Found found = NearDuplicates.of(config).find(distinct, progress);
        held.push(found);
        found.summary().into(facts.putObject("near_duplicates"));
        return found.duplicates().map(Duplicate::dropped);
    }

    @Override
    public void close() {
        List<AutoCloseable> open = new ArrayList<>(held);
        held.clear();
        for (AutoCloseable storage : open) {
            try {
                storage.close();
            } catch (Exception ignored) {
                // What Spark holds goes with the application at the latest.
            }
        }
    }

    /** Keys, unsigned byte by byte. */
    private static final class ByKey implements Comparator<Contaminated>, Serializable {
        private static final long serialVersionUID = 1L;

        static final ByKey ORDER = new ByKey();

        @Override
        public int compare(Contaminated a, Contaminated b) {
            return Arrays.compareUnsigned(a.key(), b.key());
        }
    }
}
