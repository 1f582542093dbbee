package org.weft.driver.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.weft.core.WeftException;
import org.weft.core.batches.DocumentWindows;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.scores.LanguageScores;
import org.weft.core.storage.HadoopStore;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.FirstTaskError;
import org.weft.corpus.source.DocumentReader;
import org.weft.corpus.source.InputFiles;
import org.weft.corpus.source.InputSplit;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.ModelReplica;

/**
 * The loss over given text, part by part in a {@link ModelStage}. Where a part begins and which of its windows share a
 * batch is decided by the text alone.
 */
public final class TextEvaluationJob {
    /** Text of one part; small, for a model takes seconds for what a tokenizer takes milliseconds for. */
    private static final long PART_BYTES = 1 << 18;

    private final SparkApplication application;
    private final CorpusConfig corpus;
    private final long partBytes;

    /**
     * @param corpus which text, and how it is cut into documents
     */
    public TextEvaluationJob(SparkApplication application, CorpusConfig corpus) {
        this(application, corpus, PART_BYTES);
    }

    TextEvaluationJob(SparkApplication application, CorpusConfig corpus, long partBytes) {
        this.application = application;
        this.corpus = corpus;
        this.partBytes = partBytes;
    }

    /**
     * @param scores of all predicted tokens, all but each document's first; what those would cost is not in it
     * @param bytes of the documents in UTF-8
     */
    public record Result(LanguageScores scores, long documents, long bytes) {}

    /** Evaluates a causal model on the text. */
    public Result run(LanguageModel model) throws IOException {
        HadoopStore store = application.store();
        requireCausal(model);
        TokenizerFile tokenizer = model.tokenizer();
        List<InputFiles.Part> parts =
                InputFiles.list(store, corpus, partBytes, "--input").parts();
        boolean split = corpus.splitSpecialTokens();
        Broadcast<TokenizerFile> shared = application.context().broadcast(tokenizer);
        try {
            return result(TextLoss.sum(FirstTaskError.ends(
                    application.context(),
                    () -> ModelStage.over(
                            application.context(),
                            parts,
                            () -> PartEvaluation.open(store, model, shared.value(), split)))));
        } finally {
            shared.destroy();
        }
    }

    private static void requireCausal(LanguageModel model) {
        WeftConfig config = model.config();
        if (!config.model().continuesText()) {
            throw WeftException.usage(
                    "evaluate --input needs a model that predicts the next token: " + model.directory()
                            + " model.architecture=" + config.model().architecture(),
                    "leave --input out for its loss over the validation split");
        }
    }

    /** The model over one part's documents after another's. */
    private static final class PartEvaluation implements ModelStage.Opened<InputFiles.Part, TextLoss> {
        private final HadoopStore store;
        private final ModelReplica replica;
        private final TextTokenizer tokenizer;
        private final WeftConfig trained;
        private final boolean splitSpecialTokens;

        private PartEvaluation(
                HadoopStore store,
                ModelReplica replica,
                TextTokenizer tokenizer,
                WeftConfig trained,
                boolean splitSpecialTokens) {
            this.store = store;
            this.replica = replica;
            this.tokenizer = tokenizer;
            this.trained = trained;
            this.splitSpecialTokens = splitSpecialTokens;
        }

        static PartEvaluation open(
                HadoopStore store, LanguageModel model, TokenizerFile file, boolean splitSpecialTokens)
                throws IOException {
            TextTokenizer tokenizer = TextTokenizer.of(file);
            try {
                return new PartEvaluation(store, model.replica(), tokenizer, model.config(), splitSpecialTokens);
            } catch (IOException | RuntimeException e) {
                tokenizer.close();
                throw e;
            }
        }

        @Override
        public TextLoss take(InputFiles.Part part) throws IOException {
            Sums sums = new Sums();
            DocumentWindows windows = new DocumentWindows(
                    trained.model().context(), trained.training().microBatch(), batch -> {
                        sums.nats += replica.loss(batch);
                        sums.tokens += batch.targetCount();
                    });
            for (InputSplit split : part.splits()) {
                try (DocumentReader reader = DocumentReader.open(store, split)) {
                    while (reader.hasNext()) {
                        byte[] text = reader.next();
                        int[] ids = tokenizer.encode(new String(text, StandardCharsets.UTF_8), splitSpecialTokens);
                        windows.add(tokenizer.framed(ids));
                        sums.documents++;
                        sums.bytes += text.length;
                    }
                }
            }
            windows.flush();
            return new TextLoss(sums.nats, sums.tokens, sums.documents, sums.bytes);
        }

        @Override
        public void close() {
            tokenizer.close();
            replica.close();
        }
    }

    /** Of one part. */
    private static final class Sums {
        private double nats;
        private long tokens;
        private long documents;
        private long bytes;
    }

    private Result result(TextLoss loss) {
        if (loss.tokens() == 0) {
            throw WeftException.invalidData(
                    "nothing to predict in --input " + corpus.input() + ": documents=" + loss.documents() + " bytes="
                            + loss.bytes(),
                    "give text of two tokens or more");
        }
        double bitsPerByte = LanguageScores.bits(loss.nats()) / loss.bytes();
        return new Result(new LanguageScores(loss.mean(), bitsPerByte, loss.tokens()), loss.documents(), loss.bytes());
    }
}
