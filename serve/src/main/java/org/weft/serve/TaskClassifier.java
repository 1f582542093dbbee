package org.weft.serve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.weft.tuning.finetune.TaskModel;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;

/** A model that was fine-tuned to put one label or several on a text. */
final class TaskClassifier implements TextClassifier {
    private final TaskModel model;
    private final String column;

    /**
     * @param column that the model was trained to read
     */
    TaskClassifier(TaskModel model, String column) {
        this.model = model;
        this.column = column;
    }

    @Override
    public List<List<LabelProbability>> classify(List<String> texts) {
        List<Fields> rows =
                texts.stream().map(text -> new Fields(Map.of(column, text))).toList();
        return model.predict(rows).stream().map(TaskClassifier::labels).toList();
    }

    private static List<LabelProbability> labels(Prediction prediction) {
        List<LabelProbability> labels = new ArrayList<>();
        prediction.byLabel().forEach((label, probability) -> labels.add(new LabelProbability(label, probability)));
        labels.sort(Comparator.comparingDouble(LabelProbability::probability).reversed());
        return labels;
    }

    @Override
    public void close() {
        model.close();
    }
}
