package org.weft.corpus;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.Records;
import org.weft.core.WeftException;
import org.weft.core.config.Architecture;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.TokenizerConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.Sentinels;
import org.weft.core.tokens.SpecialTokens;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.CorpusShards.StoreDirectory;
import org.weft.corpus.clean.CleaningSteps;
import org.weft.corpus.dedup.Deduplication;
import org.weft.corpus.dedup.Evaluations;
import org.weft.corpus.statistics.CorpusStatistics;
import org.weft.corpus.text.TextStep;
import org.weft.corpus.tokenizer.Gpt2Vocabulary;
import org.weft.corpus.tokenizer.TiktokenRanks;
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
     * Prepares a corpus in a directory and replaces the one that stands there. The documents as they were read are kept
     * beside it, under the directory's name and {@code .documents}; nothing is written elsewhere.
     *
     * @param model that the corpus is for: a BPE that is trained here gets the special tokens that it needs
     */
    public CorpusManifest run(CorpusConfig corpus, TokenizerConfig tokenizer, ModelConfig model, String corpusDir)
            throws IOException {
        WeftConfig config = WeftConfig.defaults().withModel(model);
        return run(Records.with(Records.with(config, "corpus", corpus), "tokenizer", tokenizer), corpusDir);
    }

    /** As above, of a whole configuration: how many spans a text's tokens have to stand for, its training says. */
    public CorpusManifest run(WeftConfig config, String corpusDir) throws IOException {
        CorpusInput input = CorpusInput.list(store, config.corpus(), splitBytes);
        input.requireHeeded(config.corpus());
        TokenizerFile given = given(config.tokenizer(), config.model());
        if (config.model().encodesSource()) {
            requireSpans(config, given);
        }
        return run(input, given, config.corpus(), config.tokenizer(), config.model(), corpusDir);
    }

    /** Fails where the corpus could teach nothing for want of tokens that stand for spans. */
    private static void requireSpans(WeftConfig config, TokenizerFile given) {
        int spans = config.spanLengths().spans();
        TokenizerConfig.Kind kind = config.tokenizer().kind();
        if (given != null) {
            Sentinels.of(given, spans);
            SpecialTokens.of(given).requireDecoderStart(Architecture.DECODER_START, given.path());
        } else if (kind == TokenizerConfig.Kind.GPT2 || spans > Sentinels.COUNT) {
            throw WeftException.usage(
                    "tokenizer.kind=" + kind.word() + " has "
                            + (kind == TokenizerConfig.Kind.GPT2 ? "no" : Sentinels.COUNT)
                            + " tokens <extra_id_0> and so on, which stand for spans that are cut out: of model.context="
                            + config.model().context() + " a sequence has " + spans,
                    kind == TokenizerConfig.Kind.GPT2
                            ? "let prepare learn one (tokenizer.kind: bpe, unigram or wordpiece), or give a T5's tokenizer.json"
                            : "make model.context smaller or training.mean_span_length larger");
        }
    }

    /** As {@link #run}, by a configuration that was recorded: what is without effect in it was so when it was made. */
    public CorpusManifest repeat(CorpusConfig recorded, TokenizerConfig tokenizer, ModelConfig model, String corpusDir)
            throws IOException {
        CorpusInput input = CorpusInput.list(store, recorded, splitBytes);
        return run(input, given(tokenizer, model), recorded, tokenizer, model, corpusDir);
    }

    /** The tokenizer file that the configuration names; null where it names none. */
    private TokenizerFile given(TokenizerConfig tokenizer, ModelConfig model) throws IOException {
        if (tokenizer.kind() != TokenizerConfig.Kind.FILE) {
            return null;
        }
        TokenizerFile given = readTokenizer(tokenizer);
        if (!model.encodesSource() && model.paddingId().isPresent()) {
            SpecialTokens.of(given).requirePadding(model.paddingId(), given.path());
        }
        return given;
    }

    /** @param given null where a tokenizer is learnt */
    private CorpusManifest run(
            CorpusInput input,
            TokenizerFile given,
            CorpusConfig corpus,
            TokenizerConfig tokenizer,
            ModelConfig model,
            String corpusDir)
            throws IOException {
        TextStep steps = CleaningSteps.of(corpus, store);
        Evaluations evaluations = Evaluations.read(store, corpus.decontaminate());
        progress.accept("reading " + input.files().size() + " files, " + input.bytes() + " bytes");
        return FirstTaskError.ends(spark, () -> {
            try (CorpusStaging staging = new CorpusStaging(store, corpusDir)) {
                staging.begin();
                CorpusReading reading = CorpusReading.run(spark, store, corpus, steps, input, corpusDir);
                reading.judge(corpus, progress);
                if (reading.isEmpty()) {
                    reading.discard(store, corpusDir, false);
                    throw CorpusShards.noDocument(corpus);
                }
                try (Deduplication left = Deduplication.run(
                        corpus,
                        evaluations,
                        reading.sorted(spark, corpus),
                        Deduplicated::new,
                        staging::write,
                        progress)) {
                    TokenizerFile file =
                            given != null ? given : trained(tokenizer, model, train(left.kept(), corpus.valFraction()));
                    staging.write(CorpusManifest.TOKENIZER_FILE, file.json());
                    if (given != null) {
                        TokenizerFile.copyCompanions(store, file.directory(), staging.directory());
                    }
                    JavaPairRDD<byte[], byte[]> documents = left.keptAndEmptied();
                    progress.accept("encoding " + documents.getNumPartitions() + " shards");
                    StoreDirectory directory = new StoreDirectory(store, staging.directory());
                    CorpusShards shards = CorpusShards.write(spark, documents, file, model.causal(), corpus, directory);
                    shards.tell(progress);
                    staging.write(
                            CorpusStatistics.FILE,
                            CorpusStatistics.count(spark, store, staging.directory(), shards.manifest())
                                    .toJson());
                    new CorpusProvenance(corpus, tokenizer, model, reading, left.facts(), shards).write(staging);
                    staging.commit(shards.manifest());
                    reading.discard(store, corpusDir, corpus.keepDocuments());
                    return shards.manifest();
                }
            }
        });
    }

    /** The training documents, each once. */
    private static JavaRDD<byte[]> train(JavaPairRDD<byte[], byte[]> sorted, double valFraction) {
        return sorted.mapPartitions(Deduplicated::new)
                .filter(document -> !DocumentKey.isValidation(document._1(), valFraction))
                .map(Tuple2::_2);
    }

    /** The tokenizer that the configuration asks for, where it is no file. */
    private TokenizerFile trained(TokenizerConfig config, ModelConfig model, JavaRDD<byte[]> trainDocuments)
            throws IOException {
        return switch (config.kind()) {
            case BPE, UNIGRAM, WORDPIECE ->
                made(new TokenizerTrainer(TokenizerTrainer.MAX_WORDS, progress).train(trainDocuments, config, model));
            case GPT2 -> made(TokenizerJson.of(Gpt2Vocabulary.load()));
            case FILE -> throw new IllegalArgumentException("a tokenizer that is given");
        };
    }

    private static TokenizerFile made(byte[] json) {
        return new TokenizerFile(json, CorpusManifest.TOKENIZER_FILE);
    }

    /** A tokenizer.json, or tiktoken's ranks made into one. */
    private TokenizerFile readTokenizer(TokenizerConfig config) throws IOException {
        String file = config.file();
        try {
            byte[] content = store.readAll(file);
            if (TiktokenRanks.isOne(content)) {
                return TokenizerFile.at(store, TiktokenRanks.tokenizerJson(content, file, config.pretokenizer()), file);
            }
            if (config.pretokenizer() != TokenizerConfig.Pretokenizer.AUTO) {
                throw WeftException.usage(
                        "tokenizer.pretokenizer=" + config.pretokenizer().word() + " has no effect on " + file
                                + ", which says itself how text is cut",
                        "leave it out, or give tiktoken's ranks as tokenizer.file");
            }
            return TokenizerFile.foreign(store, file, progress);
        } catch (FileNotFoundException absent) {
            throw WeftException.usage("tokenizer.file: no such file: " + file, "give the path of a tokenizer.json");
        }
    }
}
