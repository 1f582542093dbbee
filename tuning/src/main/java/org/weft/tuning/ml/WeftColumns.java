package org.weft.tuning.ml;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.weft.core.config.WeftConfig;
import org.weft.tuning.finetune.PredictionColumns;
import org.weft.tuning.task.Task;

/** The params that {@link WeftClassifier} and {@link WeftModel} have in common: what columns are called. */
public interface WeftColumns extends Params {

    /** The params themselves. */
    Names names();

    /** One set of these params, of one owner. */
    record Names(Param<String> text, Param<String> pair, Param<String> prediction, Param<String> probabilities) {
        static Names of(String owner) {
            return new Names(
                    new Param<>(owner, "textCol", "the text: dataset.text_column"),
                    new Param<>(owner, "pairCol", "a second text; empty for none: dataset.pair_column"),
                    new Param<>(owner, "predictionCol", "the column that is added for what the model says"),
                    new Param<>(owner, "probabilitiesCol", "the column that is added for each label's probability"));
        }
    }

    /** The text. */
    default Param<String> textCol() {
        return names().text();
    }

    /** A second text, for sentence pairs; empty for none. */
    default Param<String> pairCol() {
        return names().pair();
    }

    /** What the model says. */
    default Param<String> predictionCol() {
        return names().prediction();
    }

    /** A map of label to probability, where the task has labels of whole texts. */
    default Param<String> probabilitiesCol() {
        return names().probabilities();
    }

    default String getTextCol() {
        return getOrDefault(textCol());
    }

    default String getPairCol() {
        return getOrDefault(pairCol());
    }

    default String getPredictionCol() {
        return getOrDefault(predictionCol());
    }

    default String getProbabilitiesCol() {
        return getOrDefault(probabilitiesCol());
    }

    /** As a configuration without settings has them. */
    default void setDefaultColumns() {
        setDefault(textCol(), WeftConfig.defaults().dataset().textColumn());
        setDefault(pairCol(), WeftConfig.defaults().dataset().pairColumn());
        setDefault(predictionCol(), PredictionColumns.DEFAULT.prediction());
        setDefault(probabilitiesCol(), PredictionColumns.DEFAULT.probabilities());
    }

    /**
     * The columns of rows, and those that a prediction adds.
     *
     * @param numeric whether labels are numbers, as Spark ML's evaluators and {@code IndexToString} read them
     * @throws org.weft.core.WeftException where the rows have one of these already
     */
    default StructType withPrediction(StructType rows, Task task, boolean numeric) {
        StructType extended = predictionColumns(Map.of()).extend(rows, task);
        if (!numeric) {
            return extended;
        }
        StructType schema = new StructType();
        for (StructField field : extended.fields()) {
            schema = schema.add(
                    field.name().equals(getPredictionCol())
                            ? DataTypes.createStructField(field.name(), DataTypes.DoubleType, true)
                            : field);
        }
        return schema;
    }

    /**
     * @param trained a column that the model was trained on to what the rows call it
     */
    default PredictionColumns predictionColumns(Map<String, String> trained) {
        return new PredictionColumns(new LinkedHashMap<>(trained), getPredictionCol(), getProbabilitiesCol());
    }
}
