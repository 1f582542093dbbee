package org.weft.tuning.finetune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.weft.core.WeftException;
import org.weft.driver.spark.ScalaCollections;
import org.weft.tuning.task.Prediction;
import org.weft.tuning.task.PredictionColumn;
import org.weft.tuning.task.Task;

/**
 * What the columns that predictions read and add are called in users' rows, and how Spark holds them.
 *
 * @param renamed a column that the model was trained on to the rows' column that stands for it; others keep their names
 * @param prediction what {@link PredictionColumn#PREDICTION} is called
 * @param probabilities what {@link PredictionColumn#PROBABILITIES} is called
 */
public record PredictionColumns(Map<String, String> renamed, String prediction, String probabilities) {
    /** As tasks call them. */
    public static final PredictionColumns DEFAULT =
            new PredictionColumns(Map.of(), PredictionColumn.PREDICTION, PredictionColumn.PROBABILITIES);

    /** The model's columns, and what they are called in the rows; can be serialized. */
    Map<String, String> inputs(List<String> columns) {
        Map<String, String> inputs = new LinkedHashMap<>();
        columns.forEach(column -> inputs.put(column, renamed.getOrDefault(column, column)));
        return inputs;
    }

    /**
     * The columns of rows, and those that a task adds.
     *
     * @throws WeftException where the rows have one of these already, or two that Spark takes for one
     */
    public StructType extend(StructType rows, Task task) {
        return extend(rows, task.predictionColumns());
    }

    /** The same, and columns that are added. */
    StructType extend(StructType rows, List<PredictionColumn> added) {
        StructType schema = rows;
        Map<String, String> present = new HashMap<>();
        for (String name : rows.fieldNames()) {
            String other = present.putIfAbsent(sparks(name), name);
            if (other != null) {
                throw WeftException.usage(
                        "the input has columns " + other + " and " + name + ", which Spark takes for one",
                        "rename one of them before predicting");
            }
        }
        for (PredictionColumn column : added) {
            StructField field = DataTypes.createStructField(nameOf(column), typeOf(column), true);
            String there = present.putIfAbsent(sparks(field.name()), field.name());
            if (there != null) {
                throw WeftException.usage(
                        "the input has a column " + there + " already", "rename it before predicting");
            }
            schema = schema.add(field);
        }
        return schema;
    }

    /** A column's name as Spark tells names apart: by spark.sql.caseSensitive. */
    private static String sparks(String name) {
        return SQLConf.get().caseSensitiveAnalysis() ? name : name.toLowerCase(Locale.ROOT);
    }

    private String nameOf(PredictionColumn column) {
        return switch (column.name()) {
            case PredictionColumn.PREDICTION -> prediction;
            case PredictionColumn.PROBABILITIES -> probabilities;
            default -> column.name();
        };
    }

    private static DataType typeOf(PredictionColumn column) {
        return switch (column.cells()) {
            case TEXT -> DataTypes.StringType;
            case TEXTS -> DataTypes.createArrayType(DataTypes.StringType);
            case NUMBER -> DataTypes.DoubleType;
            case INTEGER -> DataTypes.IntegerType;
            case VECTOR -> DataTypes.createArrayType(DataTypes.FloatType, false);
            case NUMBER_BY_TEXT -> DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType);
        };
    }

    /** The first cells of a row, and those that a prediction adds, as Spark has them. */
    static Row extended(Row row, int width, Prediction said) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            values.add(row.get(i));
        }
        said.cells().forEach(cell -> values.add(ScalaCollections.toSpark(cell)));
        return RowFactory.create(values.toArray());
    }
}
