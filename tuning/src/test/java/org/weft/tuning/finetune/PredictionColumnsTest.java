package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.tuning.task.Task;

/** Which columns predictions may add: told before any row is predicted. */
class PredictionColumnsTest {
    private static final Task TASK = Task.of(
            ConfigLoader.load("test", "", List.of("run.dir=/nowhere", "finetune.from=m", "finetune.task=regression")));

    private static StructType extended(String... columns) {
        StructType rows = new StructType();
        for (String column : columns) {
            rows = rows.add(column, DataTypes.StringType);
        }
        return PredictionColumns.DEFAULT.extend(rows, TASK);
    }

    @Test
    void addsWhatTheTaskSays() {
        assertThat(extended("text").fieldNames()).containsExactly("text", "prediction");
    }

    @Test
    void namesThatSparkTakesForOneAreToldBeforehand() {
        assertThatThrownBy(() -> extended("text", "Prediction"))
                .isInstanceOf(WeftException.class)
                .hasMessage("the input has a column Prediction already");
        assertThatThrownBy(() -> extended("text", "Port", "port"))
                .hasMessage("the input has columns Port and port, which Spark takes for one");
    }
}
