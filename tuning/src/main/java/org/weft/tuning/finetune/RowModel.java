package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.List;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.engine.sampling.BeamOptions;
import org.weft.hub.StoredModel;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;

/** A fine-tuned model that says something of rows. Owned by the thread that opened it; holds native memory until closed. */
interface RowModel extends AutoCloseable {

    /** What the model says of each row, in the rows' order. */
    List<Prediction> predict(List<Fields> rows);

    /** Rows so far of which a part was cut off. */
    default long truncated() {
        return 0;
    }

    @Override
    void close();

    /**
     * The model, which answers with its head or with text.
     *
     * @param config the model's, but for its dataset section
     * @param beams how texts are searched for, where it answers with text
     * @param batch rows that are computed together
     */
    static RowModel open(StoredModel model, WeftConfig config, BeamOptions beams, int batch) throws IOException {
        if (config.finetune().task() == TaskName.EMBEDDING) {
            return PairVectors.open(model, config, batch);
        }
        return config.finetune().generative()
                ? GeneratedAnswers.open(model, config, beams, batch)
                : TaskModel.open(model, config, batch);
    }
}
