package org.weft.tuning.finetune;

import java.util.List;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.task.Fields;

/** A model that predicts labelled rows, beside what is right. Owned by the thread that opened it. */
public interface RowJudge extends AutoCloseable {

    /** In the rows' order. */
    List<Predictions.Row> judge(List<Fields> rows);

    @Override
    void close();
}
