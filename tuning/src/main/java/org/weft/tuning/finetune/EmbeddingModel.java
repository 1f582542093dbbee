package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.weft.core.Blanks;
import org.weft.core.Records;
import org.weft.core.batches.PaddedBatch;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.task.Encoded;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Fields;

/**
 * Any model that gives texts vectors. Owned by the thread that opened it; holds native memory until closed.
 *
 * <p>Texts of about one length are computed together: a vector does not depend on the texts beside it but for rounding.
 */
public final class EmbeddingModel implements AutoCloseable {
    /** Below it a vector has no direction. */
    private static final double LEAST_NORM = 1e-12;

    private final ModelReplica replica;
    private final Encoder encoder;
    private final Embedding how;
    private final int batch;
    private long truncated;

    private EmbeddingModel(ModelReplica replica, Encoder encoder, Embedding how, int batch) {
        this.replica = replica;
        this.encoder = encoder;
        this.how = how;
        this.batch = batch;
    }
    /** @param batch texts that are computed together */
    static EmbeddingModel open(StoredModel model, Embedding how, int batch) throws IOException {
        return open(
                model, how, batch, ReplicaOptions.cpu(model.config().cluster().threads()));
    }

    /**
     * Opens a model for the calling thread.
     *
     * @param batch texts that are computed together
     */
    public static EmbeddingModel open(StoredModel model, Embedding how, int batch, ReplicaOptions options)
            throws IOException {
        WeftConfig config = model.config();
        WeftConfig cut = config.withDataset(Records.with(config.dataset(), "maxLength", how.maxLength()));
        ModelReplica replica = model.body(options);
        try {
            return new EmbeddingModel(replica, Encoder.open(cut, model.tokenizer()), how, batch);
        } catch (IOException | RuntimeException | Error e) {
            replica.close();
            throw e;
        }
    }

    /** Texts so far of which a part was cut off. */
    long truncated() {
        return truncated;
    }

    /** Tokens of the longest text. */
    public int maxLength() {
        return encoder.maxLength();
    }

    /**
     * A vector for each text, in their order. (D) each
     *
     * @param rows that the texts are of, for errors
     */
    List<float[]> vectors(List<String> texts, List<Fields> rows) {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Encoded encoded = encoded(texts.get(i), rows.get(i));
            truncated += encoded.truncated() ? 1 : 0;
            examples.add(encoded.example());
        }
        return vectors(examples);
    }

    /**
     * A text as the model reads it, behind what stands before every text.
     *
     * @param row that the text is of, for errors
     */
    public Encoded encoded(String text, Fields row) {
        String whole = Blanks.stripped(how.prefix() + text); // as sentence-transformers does
        return encoder.text(how.lowerCase() ? whole.toLowerCase(Locale.ROOT) : whole, row);
    }

    /** A vector for each of some texts, in their order. (D) each */
    public List<float[]> vectors(List<Example> examples) {
        int[] byLength = IntStream.range(0, examples.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> examples.get(i).length()))
                .mapToInt(Integer::intValue)
                .toArray();
        float[][] vectors = new float[examples.size()][];
        for (int from = 0; from < byLength.length; from += batch) {
            int[] chosen = Arrays.copyOfRange(byLength, from, Math.min(byLength.length, from + batch));
            float[][] pooled = replica.pooled(
                    PaddedBatch.of(IntStream.of(chosen).mapToObj(examples::get).toList(), false),
                    how.pooling()); // (B, D)
            for (int b = 0; b < chosen.length; b++) {
                vectors[chosen[b]] = how.normalize() ? normalized(pooled[b]) : pooled[b];
            }
        }
        return List.of(vectors);
    }

    private static float[] normalized(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        double length = Math.max(LEAST_NORM, Math.sqrt(squares));
        float[] scaled = new float[vector.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) (vector[i] / length);
        }
        return scaled;
    }

    @Override
    public void close() {
        encoder.close();
        replica.close();
    }
}
