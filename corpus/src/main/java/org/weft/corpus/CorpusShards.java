package org.weft.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.weft.core.Sha256;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusShard;
import org.weft.core.tokens.CorpusSource;
import org.weft.core.tokens.CorpusSplit;
import org.weft.core.tokens.TokenShardFormat;
import org.weft.core.tokens.TokenType;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.TokenizeStage.Written;
import org.weft.corpus.tokenizer.TextTokenizer;

/**
 * The second half of {@code prepare}: sorted documents become token shards, and what the manifest says of them.
 *
 * @param manifest of what was written; not there yet
 * @param repeated documents that were dropped because an equal one was kept
 * @param emptied of each source, documents that repeated lines left empty
 * @param strange what the tokenizer has that Weft's own encoder does not know; empty where it encoded
 */
record CorpusShards(CorpusManifest manifest, long repeated, List<Long> emptied, String strange) {

    /**
     * @param begun whether a document stands after what its tokenizer puts before a text
     * @param directory where the shards go
     */
    static CorpusShards write(
            JavaSparkContext spark,
            JavaPairRDD<byte[], byte[]> documents,
            TokenizerFile file,
            boolean begun,
            CorpusConfig corpus,
            StoreDirectory directory) {
        int vocabSize;
        int endOfText;
        Optional<String> strange;
        try (TextTokenizer usable = TextTokenizer.of(file)) {
            vocabSize = usable.vocabSize();
            endOfText = usable.endOfText();
            strange = usable.encodedByLibrary();
        }
        String sha256 = Sha256.hex(file.json());
        Broadcast<TokenizerFile> shared = spark.broadcast(file);
        List<Written> written;
        try {
            String vocabulary = TokenShardFormat.vocabulary(sha256);
            written = new TokenizeStage(directory.store(), directory.path(), shared, begun, vocabulary, corpus)
                    .run(documents);
        } finally {
            shared.destroy();
        }
        CorpusManifest whole = new CorpusManifest(
                CorpusManifest.VERSION,
                CorpusManifest.TOKENIZER_FILE,
                sha256,
                vocabSize,
                TokenType.forVocabulary(vocabSize),
                endOfText,
                split(written, 0, true),
                split(written, 0, false),
                List.of());
        CorpusManifest manifest = corpus.sources().isEmpty() ? whole : whole.withSources(sources(written, corpus));
        requireDocuments(manifest, corpus);
        long repeated = written.stream().mapToLong(Written::repeated).sum();
        return new CorpusShards(manifest, repeated, emptied(written, corpus), strange.orElse(""));
    }

    private static List<Long> emptied(List<Written> written, CorpusConfig corpus) {
        return IntStream.range(0, corpus.allSources().size())
                .mapToObj(source -> written.stream()
                        .filter(shard -> shard.source() == source)
                        .mapToLong(Written::emptied)
                        .sum())
                .toList();
    }

    /** Where files of a corpus in the making are. */
    record StoreDirectory(Store store, String path) {}

    /** Says what there is now. */
    void tell(Consumer<String> progress) {
        if (!strange.isEmpty()) {
            progress.accept("encoded by Hugging Face's library, for the tokenizer has what Weft's own encoder does not"
                    + " know: " + strange);
        }
        CorpusSplit train = manifest.train();
        CorpusSplit val = manifest.val();
        progress.accept(train.documents() + " documents, " + train.tokens() + " tokens for training; "
                + val.documents() + " documents, " + val.tokens() + " tokens for validation; " + repeated
                + " repeated documents dropped");
        long empty = emptied.stream().mapToLong(Long::longValue).sum();
        if (empty > 0) {
            progress.accept(empty + " documents dropped, of which repeated lines were all");
        }
    }

    private static List<CorpusSource> sources(List<Written> written, CorpusConfig corpus) {
        List<CorpusSource> sources = new ArrayList<>();
        for (int s = 0; s < corpus.sources().size(); s++) {
            SourceConfig source = corpus.sources().get(s);
            sources.add(new CorpusSource(
                    source.name(),
                    source.weight(),
                    source.tokens(),
                    split(written, s, true),
                    split(written, s, false)));
        }
        return sources;
    }

    private static CorpusSplit split(List<Written> written, int source, boolean train) {
        List<CorpusShard> shards = new ArrayList<>();
        long textBytes = 0;
        for (Written shard : written) {
            if (shard.source() == source) {
                shards.add(train ? shard.train() : shard.val());
                textBytes += train ? shard.trainTextBytes() : shard.valTextBytes();
            }
        }
        return new CorpusSplit(shards.stream().filter(Objects::nonNull).toList(), textBytes);
    }

    /** What is said where nothing came of the input. */
    static WeftException noDocument(CorpusConfig corpus) {
        return WeftException.invalidData(
                "empty corpus: no document in corpus.input="
                        + (corpus.sources().isEmpty() ? corpus.input() : corpus.allInput()),
                "files of white space alone, and names that begin with '.' or '_', are passed over");
    }

    private static void requireDocuments(CorpusManifest manifest, CorpusConfig corpus) {
        if (manifest.train().documents() == 0 && manifest.val().documents() == 0) {
            throw noDocument(corpus);
        }
        if (manifest.train().documents() == 0) {
            throw WeftException.invalidData(
                    "empty corpus: all " + manifest.val().documents() + " documents fell to validation",
                    "give more documents or a smaller corpus.val_fraction=" + corpus.valFraction());
        }
        for (CorpusSource source : manifest.sources()) {
            if (source.train().documents() == 0) {
                throw WeftException.invalidData(
                        "empty source: corpus.sources[" + source.name() + "] has no document for training, and "
                                + source.val().documents() + " for validation",
                        "give it more documents, or leave it out; a text that an earlier source has is that one's");
            }
        }
    }
}
