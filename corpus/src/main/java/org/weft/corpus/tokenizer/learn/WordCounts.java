package org.weft.corpus.tokenizer.learn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * The words of a corpus with their counts, in the words' order: a function of the documents alone.
 *
 * @param words different ones, sorted
 * @param counts how often each occurs
 * @param least words that are rarer were left out; 1: none was
 */
record WordCounts(List<String> words, long[] counts, long least) {
    private static final long LARGEST_BIN = 1 << 16;

    /**
     * Counts on the executors; the driver gets at most {@code maxWords} words. Where there are more, those rarer than the
     * smallest count that leaves few enough are dropped, all words of one count together.
     */
    static WordCounts of(JavaRDD<byte[]> documents, WordCut cut, int maxWords) {
        JavaPairRDD<String, Long> counts = documents
                .mapPartitionsToPair(part -> new WordCounter(cut, part))
                .reduceByKey(Long::sum);
        long least =
                leastCount(counts.map(word -> Math.min(word._2(), LARGEST_BIN)).countByValue(), maxWords);
        List<Tuple2<String, Long>> kept =
                new ArrayList<>(counts.filter(word -> word._2() >= least).collect());
        return sorted(kept, least);
    }

    static WordCounts of(Map<String, Long> counts) {
        List<Tuple2<String, Long>> kept = new ArrayList<>();
        counts.forEach((word, count) -> kept.add(new Tuple2<>(word, count)));
        return sorted(kept, 1);
    }

    private static WordCounts sorted(List<Tuple2<String, Long>> kept, long least) {
        kept.sort(Comparator.comparing(Tuple2::_1));
        long[] counts = kept.stream().mapToLong(Tuple2::_2).toArray();
        return new WordCounts(kept.stream().map(Tuple2::_1).toList(), counts, least);
    }

    /** The smallest count of which no more than {@code maxWords} words have that or more. */
    private static long leastCount(Map<Long, Long> wordsByCount, int maxWords) {
        long kept = 0;
        long least = LARGEST_BIN;
        for (Map.Entry<Long, Long> bin :
                new TreeMap<>(wordsByCount).descendingMap().entrySet()) {
            kept += bin.getValue();
            if (kept > maxWords) {
                return least;
            }
            least = bin.getKey();
        }
        return 1;
    }
}
