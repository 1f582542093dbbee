package org.weft.corpus;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.weft.corpus.tokenizer.BpeModel;
import org.weft.corpus.tokenizer.ByteAlphabet;
import org.weft.corpus.tokenizer.MergeLearner;
import scala.Tuple2;

/**
 * Trains a byte-level BPE on documents: words are counted on the executors, merges learnt on the driver.
 *
 * <p>The driver holds at most {@code maxWords} different words. Where there are more, those rarer than the smallest
 * count that leaves few enough are dropped, all words of one count together: a function of the counts alone.
 */
final class BpeTrainer {
    static final int MAX_WORDS = 1_000_000;

    private static final long LARGEST_BIN = 1 << 16;
    private static final int PROGRESS_TOKENS = 2048;

    private final int maxWords;
    private final Consumer<String> progress;

    BpeTrainer(int maxWords, Consumer<String> progress) {
        this.maxWords = maxWords;
        this.progress = progress;
    }

    /**
     * Learns from documents (UTF-8).
     *
     * @param vocabulary tokens, the 256 bytes included, special tokens not
     */
    BpeModel train(JavaRDD<byte[]> documents, int vocabulary) {
        JavaPairRDD<String, Long> counts =
                documents.mapPartitionsToPair(WordCounter::new).reduceByKey(Long::sum);
        long least =
                leastCount(counts.map(word -> Math.min(word._2(), LARGEST_BIN)).countByValue());
        List<Tuple2<String, Long>> words =
                counts.filter(word -> word._2() >= least).collect();
        progress.accept("learning a vocabulary of " + vocabulary + " from " + words.size() + " words"
                + (least > 1 ? " that occur at least " + least + " times" : ""));
        return learn(words, vocabulary);
    }

    private BpeModel learn(List<Tuple2<String, Long>> words, int vocabulary) {
        ByteAlphabet alphabet = new ByteAlphabet();
        int[][] ids = new int[words.size()][];
        long[] counts = new long[words.size()];
        for (int w = 0; w < ids.length; w++) {
            ids[w] = alphabet.ids(words.get(w)._1().getBytes(StandardCharsets.UTF_8));
            counts[w] = words.get(w)._2();
        }
        return new MergeLearner(ids, counts).learn(vocabulary, tokens -> {
            if (tokens % PROGRESS_TOKENS == 0) {
                progress.accept("learnt " + tokens + " of " + vocabulary + " tokens");
            }
        });
    }

    /** The smallest count of which no more than {@code maxWords} words have that or more. */
    private long leastCount(Map<Long, Long> wordsByCount) {
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
