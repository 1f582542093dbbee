package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.WeftConfig;
import org.weft.hub.StoredModel;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.PairOfVectors;
import org.weft.tuning.task.Prediction;

/** Vectors of rows' anchors and positives, of length 1 each, to be judged. Owned by the thread that opened it. */
record PairVectors(EmbeddingModel model, DatasetConfig dataset) implements RowModel {

    static PairVectors open(StoredModel model, WeftConfig config, int batch) throws IOException {
        Embedding how = Embedding.of(model)
                .withNormalize(true)
                .withMaxLength(config.dataset().maxLength());
        return new PairVectors(EmbeddingModel.open(model, how, batch), config.dataset());
    }

    @Override
    public List<Prediction> predict(List<Fields> rows) {
        List<float[]> anchors = vectors(rows, dataset.anchorColumn());
        List<float[]> positives = vectors(rows, dataset.positiveColumn());
        return IntStream.range(0, rows.size())
                .<Prediction>mapToObj(row -> new PairOfVectors(anchors.get(row), positives.get(row)))
                .toList();
    }

    private List<float[]> vectors(List<Fields> rows, String column) {
        return model.vectors(rows.stream().map(row -> row.text(column)).toList(), rows);
    }

    @Override
    public long truncated() {
        return model.truncated();
    }

    @Override
    public void close() {
        model.close();
    }
}
