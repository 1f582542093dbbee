package org.weft.tuning.metrics;

import java.util.Map;
import org.weft.core.scores.Scores;

/** An average of precision, recall and F1 under the names of scikit-learn's scorers. */
final class Averages {
    private Averages() {}

    static void put(Map<String, Double> metrics, String average, Scores scores) {
        metrics.put("f1_" + average, scores.f1());
        metrics.put("precision_" + average, scores.precision());
        metrics.put("recall_" + average, scores.recall());
    }
}
