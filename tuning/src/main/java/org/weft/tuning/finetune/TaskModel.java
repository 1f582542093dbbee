package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.core.tokens.TokenizerFile;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.task.Encoded;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;
import org.weft.tuning.task.Task;

/**
 * A fine-tuned model that predicts. Owned by the thread that opened it; holds native memory until closed.
 *
 * <p>Rows of about one length are computed together. A row's outputs do not depend on the rows beside it but for rounding:
 * whoever wants the same bits gives the same rows in the same order.
 */
public final class TaskModel implements RowModel {
    private final ModelReplica replica;
    private final Encoder encoder;
    private final Task task;
    private final int batch;
    private final boolean tokenTypes;
    private long truncated;

    private TaskModel(ModelReplica replica, Encoder encoder, WeftConfig config, int batch) {
        this.replica = replica;
        this.encoder = encoder;
        this.task = Task.of(config);
        this.batch = batch;
        this.tokenTypes = config.model().tellsSegments();
    }

    /** Fails where a model was not fine-tuned to a task whose outputs stand for labels, values or spans. */
    public static WeftConfig requireTask(StoredModel model) {
        return requireTask(model.directory(), model.config());
    }

    /**
     * As {@link #requireTask(StoredModel)}.
     *
     * @param directory of the model, for errors
     * @param config that it was trained with
     */
    public static WeftConfig requireTask(String directory, WeftConfig config) {
        if (config.finetune().generative()) {
            throw WeftException.usage(
                    directory + " predicts tokens, not labels: finetune.task="
                            + (config.finetune().active()
                                    ? config.finetune().task().word()
                                    : "(none)"),
                    "give a checkpoint of weft finetune, or use generate");
        }
        if (config.finetune().task() == TaskName.EMBEDDING) {
            throw WeftException.usage(
                    directory + " predicts no labels: it was tuned to give vectors", "use weft embed, or WeftEmbedder");
        }
        return config;
    }

    /**
     * A model's configuration on rows of other columns. What its training settled, and they leave open, stands.
     *
     * @param rows whose section dataset is meant
     */
    public static WeftConfig config(StoredModel model, WeftConfig rows) {
        WeftConfig tuned = model.config();
        return tuned.withDataset(rows.dataset().settled(tuned.dataset().unanswerable()));
    }

    /**
     * @param batch rows that are computed together
     */
    public static TaskModel open(StoredModel model, int batch, ReplicaOptions options) throws IOException {
        return open(model, requireTask(model), batch, options);
    }

    /**
     * As {@link #open(StoredModel, int, ReplicaOptions)}, on rows whose columns are called otherwise than training's.
     *
     * @param config the model's, but for its dataset section
     */
    static TaskModel open(StoredModel model, WeftConfig config, int batch) throws IOException {
        requireTask(model);
        return open(model, config, batch, ReplicaOptions.cpu(config.cluster().threads()));
    }

    /** Of a replica and an encoder that it closes. */
    static TaskModel of(ModelReplica replica, Encoder encoder, WeftConfig config, int batch) {
        return new TaskModel(replica, encoder, config, batch);
    }

    private static TaskModel open(StoredModel model, WeftConfig config, int batch, ReplicaOptions options)
            throws IOException {
        TokenizerFile tokenizer = model.tokenizer();
        ModelReplica replica = model.replica(options);
        try {
            return new TaskModel(replica, Encoder.open(config, tokenizer), config, batch);
        } catch (RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    @Override
    public long truncated() {
        return truncated;
    }

    /** Sequences that the model reads for a row: one, but for passages that it reads through windows. */
    public int sequences(Fields row) {
        return task.examples(row, encoder);
    }

    /** Tokens of the longest sequence. */
    public int maxLength() {
        return encoder.maxLength();
    }

    @Override
    public List<Prediction> predict(List<Fields> rows) {
        List<List<Encoded>> byRow = new ArrayList<>();
        for (Fields row : rows) {
            List<Encoded> parts = task.encodeAll(row, encoder, false);
            truncated += parts.stream().anyMatch(Encoded::truncated) ? 1 : 0;
            byRow.add(parts);
        }
        Iterator<float[]> outputs = outputs(byRow.stream()
                        .flatMap(List::stream)
                        .map(Encoded::example)
                        .toList())
                .iterator();
        List<Prediction> predictions = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            List<float[]> own =
                    byRow.get(row).stream().map(part -> outputs.next()).toList();
            predictions.add(task.decodeAll(rows.get(row), byRow.get(row), own));
        }
        return predictions;
    }

    /** Of each example, (K) or (T, K); those of about one length are computed together. */
    private List<float[]> outputs(List<Example> examples) {
        int[] byLength = IntStream.range(0, examples.size())
                .boxed()
                .sorted(Comparator.comparingInt(at -> examples.get(at).length()))
                .mapToInt(Integer::intValue)
                .toArray();
        float[][] outputs = new float[examples.size()][];
        for (int from = 0; from < byLength.length; from += batch) {
            int[] chosen = Arrays.copyOfRange(byLength, from, Math.min(byLength.length, from + batch));
            outputs(IntStream.of(chosen).mapToObj(examples::get).toList(), chosen, outputs);
        }
        return Arrays.asList(outputs);
    }

    private void outputs(List<Example> examples, int[] places, float[][] into) {
        float[][] outputs = replica.outputs(PaddedBatch.of(examples, tokenTypes)); // (B, K) or (B T, K)
        int perSequence = outputs.length / places.length;
        for (int b = 0; b < places.length; b++) {
            int length = perSequence == 1 ? 1 : examples.get(b).length();
            float[] own = new float[length * outputs[0].length];
            for (int t = 0; t < length; t++) {
                System.arraycopy(outputs[b * perSequence + t], 0, own, t * outputs[0].length, outputs[0].length);
            }
            into[places[b]] = own;
        }
    }

    @Override
    public void close() {
        encoder.close();
        replica.close();
    }
}
