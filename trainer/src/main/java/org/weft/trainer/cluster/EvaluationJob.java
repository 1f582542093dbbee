package org.weft.trainer.cluster;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;
import org.weft.core.corpus.CorpusManifest;
import org.weft.core.storage.HadoopStore;
import org.weft.trainer.checkpoint.Checkpoint;
import org.weft.trainer.checkpoint.ReplicaLoader;
import org.weft.worker.data.Batch;
import org.weft.worker.data.TokenShardBatches;
import org.weft.worker.engine.ModelReplica;

/**
 * The loss over a whole validation split: a Spark job whose tasks each load the checkpoint and take a share of the
 * batches. Batches are added in batch order, so that the result does not depend on the tasks.
 */
public final class EvaluationJob {
    private final SparkApplication application;
    private final WeftConfig config;

    public EvaluationJob(SparkApplication application, WeftConfig config) {
        this.application = application;
        this.config = config;
    }

    /**
     * @param loss nats a token
     * @param bitsPerByte of the split's UTF-8 text, counting its tokens evenly
     */
    public record Result(double loss, double perplexity, double bitsPerByte, long tokens) {}

    private record BatchLoss(int batch, double nats, long targets) implements Serializable {}

    /** Evaluates a checkpoint on the validation split of the configured corpus. */
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
        int batches;
        try (TokenShardBatches source = TokenShardBatches.open(store, config)) {
            batches = source.validationBatches();
        }
        if (batches == 0) {
            throw WeftException.invalidData(
                    "the validation split of " + config.run().directory().corpus() + " holds no sequence of "
                            + config.model().context() + " tokens",
                    "prepare with a larger corpus.val_fraction");
        }
        return summed(losses(store, checkpoint, batches), corpus, config.model().causal());
    }

    private List<BatchLoss> losses(HadoopStore store, Checkpoint checkpoint, int batches) {
        JavaSparkContext context = application.context();
        WeftConfig effective = config;
        int tasks = Math.min(batches, Math.max(1, context.defaultParallelism()));
        List<Integer> indices = IntStream.range(0, batches).boxed().toList();
        return context.parallelize(indices, tasks)
                .mapPartitions(share -> evaluate(store, effective, checkpoint, share))
                .collect();
    }

    private static Iterator<BatchLoss> evaluate(
            HadoopStore store, WeftConfig config, Checkpoint checkpoint, Iterator<Integer> share) throws IOException {
        List<BatchLoss> losses = new ArrayList<>();
        try (ModelReplica replica =
                        ReplicaLoader.open(store, checkpoint, config.cluster().engine());
                TokenShardBatches source = TokenShardBatches.open(store, config)) {
            while (share.hasNext()) {
                int index = share.next();
                Batch batch = source.validation(index);
                losses.add(new BatchLoss(index, replica.loss(batch), batch.targetCount()));
            }
        }
        return losses.iterator();
    }

    private static Result summed(List<BatchLoss> losses, CorpusManifest corpus, boolean causal) {
        double nats = 0;
        long targets = 0;
        List<BatchLoss> inOrder = losses.stream()
                .sorted(Comparator.comparingInt(BatchLoss::batch))
                .toList();
        for (BatchLoss loss : inOrder) {
            nats += loss.nats();
            targets += loss.targets();
        }
        double mean = nats / targets;
        // A masked model's loss says nothing of the tokens that it was shown.
        double tokensPerByte =
                causal ? (double) corpus.val().tokens() / corpus.val().textBytes() : Double.NaN;
        return new Result(mean, Math.exp(mean), mean / Math.log(2) * tokensPerByte, targets);
    }
}
