package org.weft.corpus;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.TokenShardWriter;
import org.weft.core.tokens.TokenType;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;
import scala.Tuple2;

/**
 * Encodes the documents of one range of hashes and writes them as one training and one validation shard of each source,
 * each document followed by the end-of-text token. A repeated or speculative attempt writes the same bytes under the same
 * names, and a file appears only when it is whole.
 *
 * @param directory where the shards go
 * @param begun whether a document stands after what its tokenizer puts before a text; masked models' windows are framed
 *     when they are read
 * @param vocabulary {@code CorpusManifest.vocabulary()} of the corpus to be
 * @param corpus its sources, what is kept for validation, and whether special tokens in texts are characters
 */
record TokenizeStage(
        Store store,
        String directory,
        Broadcast<TokenizerFile> tokenizerFile,
        boolean begun,
        String vocabulary,
        CorpusConfig corpus)
        implements Function2<Integer, Iterator<Tuple2<byte[], byte[]>>, Iterator<TokenizeStage.Written>> {

    /**
     * What one task wrote of one source; a shard without documents is not written and is null.
     *
     * @param emptied documents that repeated lines left empty
     * @param repeated documents of all sources, dropped because an equal one was kept; told with the first source
     */
    record Written(
            int index,
            int source,
            CorpusShard train,
            CorpusShard val,
            long trainTextBytes,
            long valTextBytes,
            long emptied,
            long repeated)
            implements Serializable {}

    /** Writes all shards; the result is in shard order, and for each shard in that of the sources. */
    List<Written> run(JavaPairRDD<byte[], byte[]> sorted) {
        return sorted.mapPartitionsWithIndex(this, false).collect();
    }

    @Override
    public Iterator<Written> call(Integer index, Iterator<Tuple2<byte[], byte[]>> sorted) throws IOException {
        Deduplicated documents = new Deduplicated(sorted);
        List<SourceConfig> sources = corpus.allSources();
        Side[] sides =
                new Side[2 * sources.size()]; // of each source training, then validation; made when they are needed
        long[] emptied = new long[sources.size()];
        try (TextTokenizer tokenizer = TextTokenizer.of(tokenizerFile.value())) {
            while (documents.hasNext()) {
                Tuple2<byte[], byte[]> document = documents.next();
                int source = DocumentKey.source(document._1());
                if (document._2().length == 0) {
                    emptied[source]++;
                    continue;
                }
                boolean val = DocumentKey.isValidation(document._1(), corpus.valFraction());
                int side = 2 * source + (val ? 1 : 0);
                if (sides[side] == null) {
                    String name = sources.get(side / 2).name();
                    String file = String.format(Locale.ROOT, "%s-%05d.tokens", val ? "val" : "train", index);
                    sides[side] = new Side(tokenizer, name.isEmpty() ? file : name + "-" + file);
                }
                sides[side].add(document._2());
            }
            return written(index, sides, emptied, documents.dropped()).iterator();
        } finally {
            for (Side side : sides) {
                if (side != null) {
                    side.close();
                }
            }
        }
    }

    private static List<Written> written(int index, Side[] sides, long[] emptied, long repeated) throws IOException {
        List<Written> written = new ArrayList<>();
        for (int s = 0; s < sides.length; s += 2) {
            Side train = sides[s];
            Side val = sides[s + 1];
            written.add(new Written(
                    index,
                    s / 2,
                    train == null ? null : train.commit(),
                    val == null ? null : val.commit(),
                    train == null ? 0 : train.textBytes,
                    val == null ? 0 : val.textBytes,
                    emptied[s / 2],
                    s == 0 ? repeated : 0));
        }
        return written;
    }

    /** One of the shards in the making. */
    private final class Side implements AutoCloseable {
        private final TextTokenizer tokenizer;
        private final TokenShardWriter writer;
        private final int[] before;
        private final int[] endOfText;
        private long textBytes;

        Side(TextTokenizer tokenizer, String file) {
            this.tokenizer = tokenizer;
            this.before = begun ? tokenizer.before() : new int[0];
            this.endOfText = new int[] {tokenizer.endOfText()};
            this.writer = new TokenShardWriter(
                    store, directory, file, TokenType.forVocabulary(tokenizer.vocabSize()), vocabulary);
        }

        void add(byte[] text) throws IOException {
            writer.startDocument();
            writer.append(before);
            tokenizer.encode(text, corpus.splitSpecialTokens(), writer::append);
            writer.append(endOfText);
            textBytes += text.length;
        }

        CorpusShard commit() throws IOException {
            return writer.commit();
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }
}
