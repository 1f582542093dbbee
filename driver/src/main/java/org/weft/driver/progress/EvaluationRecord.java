package org.weft.driver.progress;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an evaluation on the validation data found.
 *
 * @param scores by metric, {@code loss} first; NaN where one is no number
 */
public record EvaluationRecord(int step, long timeMillis, Map<String, Double> scores) implements RunRecord {

    public EvaluationRecord {
        scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    }
}
