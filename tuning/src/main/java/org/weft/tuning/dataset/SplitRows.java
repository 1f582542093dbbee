package org.weft.tuning.dataset;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.weft.core.WeftException;
import org.weft.corpus.DocumentKey;
import org.weft.tuning.task.GroupCounts;
import org.weft.tuning.task.Task;
import scala.Tuple2;

/**
 * The rows of one split.
 *
 * @param name as files are called: train, validation, test
 * @param source the setting that its rows come from, for errors
 * @param rows kept by Spark until they are unpersisted
 */
record SplitRows(String name, String source, JavaRDD<DatasetRow> rows) {
    private static final BigInteger TWO_TO_128 = BigInteger.ONE.shiftLeft(128);

    /**
     * What rows a split has, whatever their order.
     *
     * @param keySum of the rows' keys, modulo 2^128
     */
    record Content(long rows, BigInteger keySum) implements Serializable {
        static final Content NONE = new Content(0, BigInteger.ZERO);

        Content with(DatasetRow row) {
            return withKey(row.key());
        }

        Content withKey(byte[] key) {
            return new Content(rows + 1, keySum.add(new BigInteger(1, key)).mod(TWO_TO_128));
        }

        Content plus(Content other) {
            return new Content(rows + other.rows, keySum.add(other.keySum).mod(TWO_TO_128));
        }
    }

    /** Fails where Spark would move rows between tasks with its Kryo, an old one. */
    static void requireSerializer(SparkConf conf) {
        String serializer = conf.get("spark.serializer", "");
        if (serializer.contains("Kryo")) {
            throw WeftException.usage(
                    "spark.serializer=" + serializer + " cannot write Java's records, which Weft's rows are",
                    "leave spark.serializer at its default; data frames do not use it");
        }
    }

    /** Some of these rows as a split of their own. */
    SplitRows with(String other, JavaRDD<DatasetRow> some) {
        return new SplitRows(other, source, some);
    }

    /**
     * Looks at every row once, and computes those that are kept.
     *
     * @throws WeftException of a row that cannot be used
     */
    Survey survey(Task task) {
        List<Survey> parts = rows.mapPartitions(
                        some -> List.of(Survey.of(some, task)).iterator())
                .collect();
        Survey whole = new Survey(Content.NONE, new TreeMap<>(), GroupCounts.NONE, 0, 0, new TreeMap<>(), null);
        for (Survey part : parts) {
            if (part.failure() != null) {
                throw part.failure();
            }
            whole = whole.plus(part);
        }
        return whole;
    }

    /**
     * What is known of rows before any is encoded.
     *
     * @param labelCounts how often each label is named
     * @param groups how many rows each group has of each label, where the task asks for groups
     * @param empty rows whose texts are empty or blank
     * @param unanswerable rows whose question has no answer
     * @param scrubbed what was taken out of texts, how often by kind
     * @param failure of the first row that cannot be used, or null: returned, for what a task throws Spark tries again
     */
    record Survey(
            Content content,
            TreeMap<String, Long> labelCounts,
            GroupCounts groups,
            long empty,
            long unanswerable,
            TreeMap<String, Long> scrubbed,
            WeftException failure)
            implements Serializable {

        private static Survey of(Iterator<DatasetRow> rows, Task task) {
            Content content = Content.NONE;
            TreeMap<String, Long> counts = new TreeMap<>();
            TreeMap<String, Long> scrubbed = new TreeMap<>();
            GroupCounts groups = GroupCounts.counting();
            long empty = 0;
            long unanswerable = 0;
            try {
                while (rows.hasNext()) {
                    DatasetRow row = rows.next();
                    content = content.with(row);
                    task.check(row.fields(), true);
                    row.scrubbed().forEach((kind, count) -> scrubbed.merge(kind, count, Long::sum));
                    empty += task.empty(row.fields()) ? 1 : 0;
                    unanswerable += task.unanswerable(row.fields()) ? 1 : 0;
                    task.labels(row.fields()).forEach(label -> counts.merge(label, 1L, Long::sum));
                    task.cell(row.fields()).ifPresent(groups::add);
                }
                return new Survey(content, counts, groups, empty, unanswerable, scrubbed, null);
            } catch (WeftException unusable) {
                return new Survey(content, counts, groups, empty, unanswerable, scrubbed, unusable);
            }
        }

        String toldOfScrubbing() {
            return scrubbed.isEmpty() ? "nothing personal was found" : "taken out of texts: " + scrubbed;
        }

        private Survey plus(Survey other) {
            return new Survey(
                    content.plus(other.content),
                    sum(labelCounts, other.labelCounts),
                    groups.plus(other.groups),
                    empty + other.empty,
                    unanswerable + other.unanswerable,
                    sum(scrubbed, other.scrubbed),
                    null);
        }
    }

    /** Counts by name, together. */
    static TreeMap<String, Long> sum(Map<String, Long> counts, Map<String, Long> others) {
        TreeMap<String, Long> sum = new TreeMap<>(counts);
        others.forEach((name, count) -> sum.merge(name, count, Long::sum));
        return sum;
    }

    /** The rows by key: partition k is file k, sorted. */
    JavaPairRDD<byte[], DatasetRow> sorted(int files) {
        return rows.mapToPair(row -> new Tuple2<>(row.key(), row))
                .repartitionAndSortWithinPartitions(new DocumentKey.Shards(files), DocumentKey.ORDER);
    }

    /** (inputs, 1) for each row. */
    private JavaPairRDD<String, Long> inputs() {
        return rows.mapToPair(row -> new Tuple2<>(HexFormat.of().formatHex(row.inputKey()), 1L));
    }

    /** How many of this split's rows have inputs that another split has. */
    long overlap(JavaRDD<DatasetRow> other) {
        JavaPairRDD<String, Long> theirs = new SplitRows("", "", other).inputs().reduceByKey((a, b) -> a);
        return inputs().reduceByKey(Long::sum)
                .join(theirs)
                .values()
                .map(Tuple2::_1)
                .fold(0L, Long::sum);
    }
}
