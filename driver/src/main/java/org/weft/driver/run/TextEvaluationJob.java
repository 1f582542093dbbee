package org.weft.driver.run;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.weft.core.WeftException;
import org.weft.core.batches.DocumentWindows;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;
import org.weft.corpus.DocumentReader;
import org.weft.corpus.InputFiles;
import org.weft.corpus.InputSplit;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ModelTokenizer;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.driver.spark.SparkApplication;
import org.weft.engine.ModelReplica;

/**
 * The loss over given text: a Spark job whose tasks each load the checkpoint and take a share of the input's parts.
 * Where a part begins and which of its windows share a batch is decided by the text alone, and parts are added in their
 * order, so that the result does not depend on the tasks.
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
     * @param loss nats a token
     * @param bitsPerByte of the text's UTF-8 bytes; what its documents' first tokens would cost is not in it
     * @param tokens predicted ones: all but each document's first
     * @param bytes of the documents in UTF-8
     */
    public record Result(double loss, double perplexity, double bitsPerByte, long tokens, long documents, long bytes) {}

    private record Part(int index, InputFiles.Task input) implements Serializable {}

    private record PartLoss(int part, double nats, long tokens, long documents, long bytes) implements Serializable {}

    /** Evaluates a causal checkpoint on the text. */
    public Result run(Checkpoint checkpoint) throws IOException {
        HadoopStore store = application.store();
        requireCausal(checkpoint);
        ModelTokenizer tokenizer = ModelTokenizer.of(store, checkpoint);
        List<Part> parts = new ArrayList<>();
        for (InputFiles.Task task :
                InputFiles.of(store, corpus, partBytes, "--input").tasks()) {
            parts.add(new Part(parts.size(), task));
        }
        return summed(parts.isEmpty() ? List.of() : losses(store, checkpoint, tokenizer, parts));
    }

    private static void requireCausal(Checkpoint checkpoint) {
        WeftConfig config = ReplicaLoader.configOf(checkpoint);
        if (!config.model().causal()) {
            throw WeftException.usage(
                    "evaluate --input needs a model that predicts the next token: " + checkpoint.directory()
                            + " model.architecture=" + config.model().architecture(),
                    "leave --input out for its loss over the validation split");
        }
    }

    private List<PartLoss> losses(
            HadoopStore store, Checkpoint checkpoint, ModelTokenizer tokenizer, List<Part> parts) {
        JavaSparkContext context = application.context();
        Broadcast<byte[]> json = context.broadcast(tokenizer.json());
        try {
            int tasks = Math.min(parts.size(), Math.max(1, context.defaultParallelism()));
            return context.parallelize(parts, tasks)
                    .mapPartitions(share -> evaluate(store, checkpoint, json, share))
                    .collect();
        } finally {
            json.destroy();
        }
    }

    private static Iterator<PartLoss> evaluate(
            HadoopStore store, Checkpoint checkpoint, Broadcast<byte[]> tokenizerJson, Iterator<Part> share)
            throws IOException {
        WeftConfig trained = ReplicaLoader.configOf(checkpoint);
        List<PartLoss> losses = new ArrayList<>();
        try (ModelReplica replica = ReplicaLoader.open(store, checkpoint);
                TextTokenizer tokenizer = TextTokenizer.of(tokenizerJson.value(), "the checkpoint's tokenizer")) {
            while (share.hasNext()) {
                losses.add(new PartEvaluation(store, replica, tokenizer, trained).of(share.next()));
            }
        }
        return losses.iterator();
    }

    /** The sums over one part's documents. */
    private static final class PartEvaluation {
        private final HadoopStore store;
        private final TextTokenizer tokenizer;
        private final DocumentWindows windows;
        private double nats;
        private long tokens;
        private long documents;
        private long bytes;

        PartEvaluation(HadoopStore store, ModelReplica replica, TextTokenizer tokenizer, WeftConfig trained) {
            this.store = store;
            this.tokenizer = tokenizer;
            this.windows = new DocumentWindows(
                    trained.model().context(), trained.training().microBatch(), batch -> {
                        nats += replica.loss(batch);
                        tokens += batch.targetCount();
                    });
        }

        PartLoss of(Part part) throws IOException {
            for (InputSplit split : part.input().splits()) {
                try (DocumentReader reader = DocumentReader.open(store, split)) {
                    while (reader.hasNext()) {
                        byte[] text = reader.next();
                        windows.add(tokenizer.encode(new String(text, StandardCharsets.UTF_8)));
                        documents++;
                        bytes += text.length;
                    }
                }
            }
            windows.flush();
            return new PartLoss(part.index(), nats, tokens, documents, bytes);
        }
    }

    private Result summed(List<PartLoss> losses) {
        double nats = 0;
        long tokens = 0;
        long documents = 0;
        long bytes = 0;
        List<PartLoss> inOrder =
                losses.stream().sorted(Comparator.comparingInt(PartLoss::part)).toList();
        for (PartLoss loss : inOrder) {
            nats += loss.nats();
            tokens += loss.tokens();
            documents += loss.documents();
            bytes += loss.bytes();
        }
        if (tokens == 0) {
            throw WeftException.invalidData(
                    "nothing to predict in --input " + corpus.input() + ": documents=" + documents + " bytes=" + bytes,
                    "give text of two tokens or more");
        }
        double mean = nats / tokens;
        return new Result(mean, Math.exp(mean), nats / Math.log(2) / bytes, tokens, documents, bytes);
    }
}
