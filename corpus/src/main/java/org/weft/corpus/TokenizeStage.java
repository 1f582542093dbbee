package org.weft.corpus;

import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.weft.core.config.CorpusConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.TokenShardWriter;
import org.weft.core.tokens.TokenType;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.tokenizer.TextTokenizer;
import scala.Tuple2;

/**
 * Encodes the documents of one range of hashes and writes them as one training and one validation shard, each document
 * followed by the end-of-text token. A repeated or speculative attempt writes the same bytes under the same names, and
 * a file appears only when it is whole.
 *
 * @param directory where the shards go
 * @param begun whether a document stands after what its tokenizer puts before a text; masked models' windows are framed
 *     when they are read
 * @param vocabulary {@code CorpusManifest.vocabulary()} of the corpus to be
 * @param corpus what is kept for validation, and whether special tokens in texts are characters
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
     * What one task wrote; a shard without documents is not written and is null.
     *
     * @param repeated documents dropped because an equal one was kept
     */
    record Written(int index, CorpusShard train, CorpusShard val, long trainTextBytes, long valTextBytes, long repeated)
            implements Serializable {}

    /** Writes all shards; the result is in shard order. */
    List<Written> run(JavaPairRDD<byte[], byte[]> sorted) {
        return sorted.mapPartitionsWithIndex(this, false).collect();
    }

    @Override
    public Iterator<Written> call(Integer index, Iterator<Tuple2<byte[], byte[]>> sorted) throws IOException {
        Deduplicated documents = new Deduplicated(sorted);
        try (TextTokenizer tokenizer = TextTokenizer.of(tokenizerFile.value());
                Side train = new Side(tokenizer, String.format("train-%05d.tokens", index));
                Side val = new Side(tokenizer, String.format("val-%05d.tokens", index))) {
            while (documents.hasNext()) {
                Tuple2<byte[], byte[]> document = documents.next();
                Side side = DocumentKey.isValidation(document._1(), corpus.valFraction()) ? val : train;
                side.add(document._2());
            }
            CorpusShard trainShard = train.commit();
            CorpusShard valShard = val.commit();
            return List.of(new Written(
                            index, trainShard, valShard, train.textBytes, val.textBytes, documents.dropped()))
                    .iterator();
        }
    }

    /** One of the two shards in the making. */
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
            return writer.documents() == 0 ? null : writer.commit();
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }
}
