package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;

/** A model that predicts labelled rows, beside what is right. Owned by the thread that opened it. */
public interface RowJudge extends AutoCloseable {

    /** In the rows' order. */
    List<Judgement> judge(List<Fields> rows);

    @Override
    void close();

    static RowJudge open(Store store, Checkpoint checkpoint, WeftConfig config, int batch) throws IOException {
        if (config.finetune().generative()) {
            return GenerativeJudge.open(store, checkpoint, config, batch);
        }
        TaskModel model = TaskModel.open(store, checkpoint, config, batch);
        return new RowJudge() {
            @Override
            public List<Judgement> judge(List<Fields> rows) {
                List<Prediction> predictions = model.predict(rows);
                List<Judgement> judgements = new ArrayList<>();
                for (int i = 0; i < rows.size(); i++) {
                    judgements.add(Judgement.of(config, rows.get(i), predictions.get(i)));
                }
                return judgements;
            }

            @Override
            public void close() {
                model.close();
            }
        };
    }
}
