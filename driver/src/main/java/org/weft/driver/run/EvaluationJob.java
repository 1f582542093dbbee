package org.weft.driver.run;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.batches.Batch;
import org.weft.core.batches.TokenShardBatches;
import org.weft.core.config.WeftConfig;
import org.weft.core.scores.LanguageScores;
import org.weft.core.storage.HadoopStore;
import org.weft.core.tokens.CorpusManifest;
import org.weft.core.tokens.CorpusSource;
import org.weft.core.tokens.CorpusSplit;
import org.weft.core.tokens.PackedShard;
import org.weft.corpus.CorpusPacking;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.ModelReplica;

/** The loss over a whole validation split, batch by batch in a {@link ModelStage}. */
public final class EvaluationJob {
    private final SparkApplication application;
    private final WeftConfig config;

    public EvaluationJob(SparkApplication application, WeftConfig config) {
        this.application = application;
        this.config = config;
    }

    /**
     * @param scores over the whole split
     * @param bySource over each source of the corpus, in their order; empty where it is one whole
     */
    public record Result(LanguageScores scores, Map<String, LanguageScores> bySource) {}

    /**
     * Evaluates a checkpoint on the validation split of the configured corpus; bits of the split's bytes count its tokens
     * evenly.
     */
    public Result run(Checkpoint checkpoint) throws IOException {
        HadoopStore store = application.store();
        CorpusManifest corpus =
                CorpusManifest.load(store, config.run().directory().corpus());
        if (!corpus.tokenizerSha256().equals(checkpoint.manifest().tokenizerSha256())) {
            throw WeftException.invalidData(
                    checkpoint.directory() + " was trained with another tokenizer than "
                            + config.run().directory().corpus(),
                    "evaluate on a corpus that was prepared with the checkpoint's tokenizer (tokenizer.kind: file)");
        }
        Map<String, PackedShard> packed = CorpusPacking.count(application.context(), store, config);
        List<String> sources = sources(store, packed);
        if (sources.isEmpty()) {
            throw WeftException.invalidData(
                    "the validation split of " + config.run().directory().corpus() + " holds no sequence of "
                            + config.textTokens() + " tokens",
                    "prepare with a larger corpus.val_fraction");
        }
        WeftConfig effective = config;
        List<Integer> indices = IntStream.range(0, sources.size()).boxed().toList();
        List<TextLoss> losses = ModelStage.over(
                application.context(), indices, () -> Validation.open(store, effective, packed, checkpoint));
        Map<String, LanguageScores> bySource = new LinkedHashMap<>();
        for (CorpusSource source : corpus.sources()) {
            List<TextLoss> own = indices.stream()
                    .filter(index -> sources.get(index).equals(source.name()))
                    .map(losses::get)
                    .toList();
            if (!own.isEmpty()) {
                bySource.put(source.name(), scores(TextLoss.sum(own), source.val()));
            }
        }
        return new Result(scores(TextLoss.sum(losses), corpus.val()), bySource);
    }

    /** Whose each validation batch is. */
    private List<String> sources(HadoopStore store, Map<String, PackedShard> packed) throws IOException {
        try (TokenShardBatches source = TokenShardBatches.open(store, config, packed)) {
            return IntStream.range(0, source.validationBatches())
                    .mapToObj(source::validationSource)
                    .toList();
        }
    }

    /** A masked model's loss says nothing of the tokens that it was shown. */
    private LanguageScores scores(TextLoss loss, CorpusSplit text) {
        double tokensPerByte = config.model().continuesText() ? (double) text.tokens() / text.textBytes() : Double.NaN;
        return new LanguageScores(loss.mean(), LanguageScores.bits(loss.mean()) * tokensPerByte, loss.tokens());
    }

    /** The validation batches beside the model. */
    private record Validation(ModelReplica replica, TokenShardBatches source)
            implements ModelStage.Opened<Integer, TextLoss> {

        static Validation open(
                HadoopStore store, WeftConfig config, Map<String, PackedShard> packed, Checkpoint checkpoint)
                throws IOException {
            ModelReplica replica =
                    ReplicaLoader.open(store, checkpoint, config.cluster().engine());
            try {
                return new Validation(replica, TokenShardBatches.open(store, config, packed));
            } catch (IOException | RuntimeException e) {
                replica.close();
                throw e;
            }
        }

        @Override
        public TextLoss take(Integer index) throws IOException {
            Batch batch = source.validation(index);
            return new TextLoss(replica.loss(batch), batch.targetCount(), 0, 0);
        }

        @Override
        public void close() throws IOException {
            source.close();
            replica.close();
        }
    }
}
