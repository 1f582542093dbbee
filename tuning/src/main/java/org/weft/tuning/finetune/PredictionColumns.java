package org.weft.tuning.finetune;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;

/**
 * What predictions read and add is called.
 *
 * <pre>
 *   classification   prediction string, probabilities map of label to double
 *   multilabel       prediction array of strings, probabilities as above
 *   regression       prediction double
 *   tokens           prediction array of strings, a tag for each word
 *   qa               prediction string, score double, start and end int: characters of the passage
 * </pre>
 *
 * @param renamed a column that the model was trained on to the rows' column that stands for it; others keep their names
 * @param prediction what is called prediction above
 * @param probabilities what is called probabilities above
 */
public record PredictionColumns(Map<String, String> renamed, String prediction, String probabilities) {
    /** As above. */
    public static final PredictionColumns DEFAULT = new PredictionColumns(Map.of(), "prediction", "probabilities");

    /** The model's columns, and what they are called in the rows; can be serialized. */
    Map<String, String> inputs(List<String> columns) {
        Map<String, String> inputs = new LinkedHashMap<>();
        columns.forEach(column -> inputs.put(column, renamed.getOrDefault(column, column)));
        return inputs;
    }

    /**
     * The columns of rows, and those that a task adds.
     *
     * @throws WeftException where the rows have one of these already
     */
    public StructType extend(StructType rows, String task) {
        StructType schema = rows;
        for (StructField added : added(task)) {
            if (Arrays.asList(rows.fieldNames()).contains(added.name())) {
                throw WeftException.usage(
                        "the input has a column " + added.name() + " already", "rename it before predicting");
            }
            schema = schema.add(added);
        }
        return schema;
    }

    private List<StructField> added(String task) {
        DataType strings = DataTypes.createArrayType(DataTypes.StringType);
        StructField byLabel = field(probabilities, DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType));
        return switch (task) {
            case FinetuneConfig.CLASSIFICATION -> List.of(field(prediction, DataTypes.StringType), byLabel);
            case FinetuneConfig.MULTILABEL -> List.of(field(prediction, strings), byLabel);
            case FinetuneConfig.REGRESSION -> List.of(field(prediction, DataTypes.DoubleType));
            case FinetuneConfig.TOKENS -> List.of(field(prediction, strings));
            default ->
                List.of(
                        field(prediction, DataTypes.StringType),
                        field("score", DataTypes.DoubleType),
                        field("start", DataTypes.IntegerType),
                        field("end", DataTypes.IntegerType));
        };
    }

    private static StructField field(String name, DataType type) {
        return DataTypes.createStructField(name, type, true);
    }
}
