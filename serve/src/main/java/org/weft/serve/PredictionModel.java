package org.weft.serve;

import java.util.List;
import java.util.concurrent.Callable;
import org.weft.core.WeftException;
import org.weft.tuning.finetune.TaskModel;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;

/**
 * A model that was fine-tuned to a task with a head: labels, a number, tags or answers.
 *
 * @param shape what it reads and says
 * @param predictor opens the model on the thread that calls it, which owns it from there on
 */
public record PredictionModel(
        String name, String fingerprint, PredictionShape shape, Callable<BatchModel<Fields, Prediction>> predictor)
        implements ServedModel {

    @Override
    public void close() {
        // The predictor is closed by the thread that opened it.
    }

    /** One that {@code predict} would use. */
    record OfTask(TaskModel model) implements BatchModel<Fields, Prediction> {
        /** Windows of one passage: nobody else is answered while they are computed. */
        static final int MOST_SEQUENCES = 128;

        @Override
        public int sequences(Fields row) {
            int sequences = model.sequences(row);
            requireFew(sequences, model.maxLength());
            return sequences;
        }

        static void requireFew(int sequences, int maxLength) {
            if (sequences > MOST_SEQUENCES) {
                throw WeftException.invalidData(
                        "a passage is read through " + sequences + " windows of " + maxLength + " tokens: at most "
                                + MOST_SEQUENCES + " at once; part it",
                        "");
            }
        }

        @Override
        public List<Prediction> answers(List<Fields> rows) {
            return model.predict(rows);
        }

        @Override
        public void close() {
            model.close();
        }
    }
}
