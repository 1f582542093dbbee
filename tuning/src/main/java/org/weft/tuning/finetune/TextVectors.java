package org.weft.tuning.finetune;

import java.util.ArrayList;
import java.util.List;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;
import org.weft.tuning.task.VectorTask;

/** Vectors of rows' texts. Owned by the thread that opened it. */
record TextVectors(EmbeddingModel model, VectorTask task) implements RowModel {

    @Override
    public List<Prediction> predict(List<Fields> rows) {
        List<String> texts =
                rows.stream().map(row -> row.text(task.textColumn())).toList();
        return model.vectors(texts, rows).stream()
                .<Prediction>map(vector -> new VectorTask.Vector(List.of(boxed(vector))))
                .toList();
    }

    private static List<Float> boxed(float[] vector) {
        List<Float> boxed = new ArrayList<>(vector.length);
        for (float value : vector) {
            boxed.add(value);
        }
        return boxed;
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
