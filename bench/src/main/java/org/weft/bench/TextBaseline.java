package org.weft.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.feature.CountVectorizer;
import org.apache.spark.ml.feature.IDF;
import org.apache.spark.ml.feature.RegexTokenizer;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.StringIndexerModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.weft.tuning.metrics.Bootstrap;
import org.weft.tuning.metrics.ClassPredictions;
import org.weft.tuning.metrics.Interval;

/**
 * What a fine-tuned classifier has to beat: Spark ML's TF-IDF and logistic regression on the same rows, judged by the same
 * metrics and intervals as {@code weft evaluate}.
 *
 * <p>Words of two characters or more that two documents have, 20,000 at most; ridge penalty 0.01 over standardised
 * features: the better of a few tried by hand.
 */
public final class TextBaseline {
    private static final int WORDS = 20_000;
    private static final double RIDGE = 0.01;

    private TextBaseline() {}

    /** {@code TRAIN TEST}: JSONL with columns text and label. */
    public static void main(String[] args) {
        SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .getOrCreate();
        try {
            ClassPredictions predictions =
                    run(spark.read().json(args[0]), spark.read().json(args[1]));
            Map<String, Double> metrics = predictions.metrics();
            Map<String, Interval> intervals = Bootstrap.DEFAULT.intervals(predictions);
            for (String name : List.of("accuracy", "f1_macro")) {
                Interval interval = intervals.get(name);
                System.out.printf(
                        Locale.ROOT,
                        "TF-IDF + logistic regression  %s %.4f [%.4f, %.4f]%n",
                        name,
                        metrics.get(name),
                        interval.low(),
                        interval.high());
            }
        } finally {
            spark.stop();
        }
    }

    /** Fits on the first rows and predicts the second. */
    static ClassPredictions run(Dataset<Row> train, Dataset<Row> test) {
        StringIndexerModel labels = new StringIndexer()
                .setInputCol("label")
                .setOutputCol("index")
                .setStringOrderType("alphabetAsc")
                .fit(train);
        PipelineStage[] stages = {
            labels,
            new RegexTokenizer()
                    .setInputCol("text")
                    .setOutputCol("words")
                    .setPattern("\\W+")
                    .setMinTokenLength(2),
            new CountVectorizer()
                    .setInputCol("words")
                    .setOutputCol("counts")
                    .setVocabSize(WORDS)
                    .setMinDF(2),
            new IDF().setInputCol("counts").setOutputCol("features"),
            new LogisticRegression().setLabelCol("index").setRegParam(RIDGE)
        };
        Dataset<Row> predicted =
                new Pipeline().setStages(stages).fit(train).transform(test).select("index", "probability");
        List<String> classes = Arrays.asList(labels.labelsArray()[0]);
        List<Row> rows = new ArrayList<>(predicted.collectAsList());
        int[] right = new int[rows.size()]; // (N)
        double[] probabilities = new double[rows.size() * classes.size()]; // (N, C)
        for (int i = 0; i < right.length; i++) {
            right[i] = (int) rows.get(i).getDouble(0);
            double[] of = ((Vector) rows.get(i).get(1)).toArray();
            System.arraycopy(of, 0, probabilities, i * classes.size(), classes.size());
        }
        return ClassPredictions.of(classes, right, probabilities);
    }
}
