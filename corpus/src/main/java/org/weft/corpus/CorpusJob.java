package org.weft.corpus;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.CorpusSplit;
import org.weft.core.tokens.TokenShardFormat;
import org.weft.core.tokens.TokenType;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.TokenizeStage.Written;
import org.weft.corpus.tokenizer.Gpt2Vocabulary;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.corpus.tokenizer.TokenizerJson;
import org.weft.corpus.tokenizer.learn.TokenizerTrainer;
import scala.Tuple2;

/**
 * {@code prepare}: text in, token shards out. The bytes of the shards are a function of the documents, the
 * configuration and the input's size: not of how many files, tasks or executors there were.
 *
 * <p>Documents stream through every stage; the shuffle between reading and encoding, which sorts them by hash, spills
 * to disk and is done once, for counting words and for encoding alike.
 */
public final class CorpusJob {
    private static final long SPLIT_BYTES = 32 << 20;

    private final JavaSparkContext spark;
    private final Store store;
    private final Consumer<String> progress;
    private final long splitBytes;

    /**
     * @param progress told, on the calling thread, what is being done
     */
    public CorpusJob(JavaSparkContext spark, Store store, Consumer<String> progress) {
        this(spark, store, progress, SPLIT_BYTES);
    }

    CorpusJob(JavaSparkContext spark, Store store, Consumer<String> progress, long splitBytes) {
        this.spark = spark;
        this.store = store;
        this.progress = progress;
        this.splitBytes = splitBytes;
    }

    /**
     * Prepares a corpus in a directory and replaces the one that stands there. Nothing is written elsewhere.
     *
     * @param model that the corpus is for: a BPE that is trained here gets the special tokens that it needs
     */
    public CorpusManifest run(CorpusConfig corpus, TokenizerConfig tokenizer, ModelConfig model, String corpusDir)
            throws IOException {
        InputFiles input = InputFiles.list(store, corpus, splitBytes);
        int shards = (int) Math.max(1, (input.bytes() + corpus.shardBytes() - 1) / corpus.shardBytes());
        progress.accept("reading " + input.files() + " files, " + input.bytes() + " bytes");
        long tables = input.parts().stream()
                .flatMap(part -> part.splits().stream())
                .filter(split -> split.start() == 0 && CorpusFormats.isTable(corpus, split.path()))
                .count();
        if (tables > 0) {
            progress.accept("warning: " + tables + " files of .csv or .tsv are read as text, as they stand");
        }
        return FirstTaskError.ends(spark, () -> {
            try (CorpusStaging staging = new CorpusStaging(store, corpusDir)) {
                staging.begin();
                LongAccumulator replaced = spark.sc().longAccumulator("unpaired surrogates");
                JavaPairRDD<byte[], byte[]> documents = sorted(read(input, replaced), shards);
                TokenizerFile file = tokenizer(tokenizer, model, train(documents, corpus.valFraction()));
                staging.write(CorpusManifest.TOKENIZER_FILE, file.json());
                if (tokenizer.kind() == TokenizerConfig.Kind.FILE) {
                    TokenizerFile.copyCompanions(store, file.directory(), staging.directory());
                }
                CorpusManifest manifest = encode(documents, file, model.causal(), corpus, staging.directory());
                if (replaced.value() > 0) {
                    progress.accept("warning: " + replaced.value() + " unpaired surrogates in the text became U+FFFD");
                }
                staging.commit(manifest);
                return manifest;
            }
        });
    }

    /** Every document of the input, in no order. */
    private JavaRDD<byte[]> read(InputFiles input, LongAccumulator replaced) {
        Store from = store;
        return spark.parallelize(input.parts(), Math.max(1, input.parts().size()))
                .flatMap(part -> Collections.unmodifiableList(part.splits()).iterator())
                .flatMap(split -> documents(from, split, replaced));
    }

    private static Iterator<byte[]> documents(Store store, InputSplit split, LongAccumulator replaced)
            throws IOException {
        DocumentReader reader = DocumentReader.open(store, split);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> {
            replaced.add(reader.replaced());
            closeQuietly(reader);
        });
        return reader;
    }

    private static void closeQuietly(DocumentReader reader) {
        try {
            reader.close();
        } catch (IOException ignored) {
            // Nothing was written through it.
        }
    }

    /** The documents by key: partition k is shard k, sorted, with equal documents next to each other. */
    private static JavaPairRDD<byte[], byte[]> sorted(JavaRDD<byte[]> documents, int shards) {
        return documents
                .mapToPair(text -> new Tuple2<>(DocumentKey.of(text), text))
                .repartitionAndSortWithinPartitions(new DocumentKey.Shards(shards), DocumentKey.ORDER);
    }

    /** The training documents, each once. */
    private static JavaRDD<byte[]> train(JavaPairRDD<byte[], byte[]> sorted, double valFraction) {
        return sorted.mapPartitions(Deduplicated::new)
                .filter(document -> !DocumentKey.isValidation(document._1(), valFraction))
                .map(Tuple2::_2);
    }

    /** The tokenizer that the configuration asks for. */
    private TokenizerFile tokenizer(TokenizerConfig config, ModelConfig model, JavaRDD<byte[]> trainDocuments)
            throws IOException {
        return switch (config.kind()) {
            case BPE, UNIGRAM, WORDPIECE ->
                made(new TokenizerTrainer(TokenizerTrainer.MAX_WORDS, progress).train(trainDocuments, config, model));
            case GPT2 -> made(TokenizerJson.of(Gpt2Vocabulary.load()));
            case FILE -> readTokenizer(config.file());
        };
    }

    private static TokenizerFile made(byte[] json) {
        return new TokenizerFile(json, CorpusManifest.TOKENIZER_FILE);
    }

    private TokenizerFile readTokenizer(String file) throws IOException {
        try {
            return TokenizerFile.foreign(store, file, progress);
        } catch (FileNotFoundException absent) {
            throw WeftException.usage("tokenizer.file: no such file: " + file, "give the path of a tokenizer.json");
        }
    }

    private CorpusManifest encode(
            JavaPairRDD<byte[], byte[]> documents,
            TokenizerFile file,
            boolean begun,
            CorpusConfig corpus,
            String directory) {
        int vocabSize;
        int endOfText;
        try (TextTokenizer usable = TextTokenizer.of(file)) {
            vocabSize = usable.vocabSize();
            endOfText = usable.endOfText();
            usable.encodedByLibrary()
                    .ifPresent(
                            what -> progress.accept("encoding with Hugging Face's library, for Weft's own encoder does"
                                    + " not know what " + file.path() + " has: " + what));
        }
        String sha256 = Sha256.hex(file.json());
        progress.accept("encoding " + documents.getNumPartitions() + " shards");
        Broadcast<TokenizerFile> shared = spark.broadcast(file);
        List<Written> written;
        try {
            String vocabulary = TokenShardFormat.vocabulary(sha256);
            written = new TokenizeStage(store, directory, shared, begun, vocabulary, corpus).run(documents);
        } finally {
            shared.destroy();
        }
        CorpusSplit train = split(written, true);
        CorpusSplit val = split(written, false);
        requireDocuments(train, val, corpus);
        progress.accept(train.documents() + " documents, " + train.tokens() + " tokens for training; "
                + val.documents() + " documents, " + val.tokens() + " tokens for validation; "
                + written.stream().mapToLong(Written::repeated).sum() + " repeated documents dropped");
        return new CorpusManifest(
                CorpusManifest.VERSION,
                CorpusManifest.TOKENIZER_FILE,
                sha256,
                vocabSize,
                TokenType.forVocabulary(vocabSize),
                endOfText,
                train,
                val);
    }

    private static CorpusSplit split(List<Written> written, boolean train) {
        List<CorpusShard> shards = new ArrayList<>();
        long textBytes = 0;
        for (Written shard : written) {
            shards.add(train ? shard.train() : shard.val());
            textBytes += train ? shard.trainTextBytes() : shard.valTextBytes();
        }
        return new CorpusSplit(shards.stream().filter(Objects::nonNull).toList(), textBytes);
    }

    private static void requireDocuments(CorpusSplit train, CorpusSplit val, CorpusConfig corpus) {
        if (train.documents() == 0 && val.documents() == 0) {
            throw WeftException.invalidData(
                    "empty corpus: no document in corpus.input=" + corpus.input(),
                    "files of white space alone, and names that begin with '.' or '_', are passed over");
        }
        if (train.documents() == 0) {
            throw WeftException.invalidData(
                    "empty corpus: all " + val.documents() + " documents fell to validation",
                    "give more documents or a smaller corpus.val_fraction=" + corpus.valFraction());
        }
    }
}
