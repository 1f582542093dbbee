package org.weft.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.config.FinetuneConfig.Metric;
import org.weft.core.config.HeadKind;

/**
 * Which evaluated version of the parameters is the best one by a metric, and how long ago that was. Safe for use by many
 * threads.
 */
public final class BestStep {
    /** Nothing was evaluated yet. */
    public static final int NONE = -1;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String metric;
    private final int patience;
    private final TreeMap<Integer, Double> values = new TreeMap<>();

    /**
     * @param metric of {@link HeadKind#metrics}; of the loss less is better, of all others more
     * @param patience evaluations without a better one after which {@link #exhausted}; 0 for never
     */
    public BestStep(String metric, int patience) {
        this.metric = metric;
        this.patience = patience;
    }

    /** Takes what a run wrote down before: lines of {@code metrics.jsonl}. */
    public synchronized void take(List<String> lines) {
        for (String line : lines) {
            try {
                JsonNode step = JSON.readTree(line);
                JsonNode value = step.path("val_" + metric);
                if (!value.isMissingNode()) { // Null is a value that was not finite.
                    values.put(step.path("step").asInt(), value.asDouble(Double.NaN));
                }
            } catch (JsonProcessingException halfWritten) {
                continue;
            }
        }
    }

    /**
     * A version was evaluated, or evaluated again.
     *
     * @param scores by metric
     */
    public synchronized void evaluated(int step, Map<String, Double> scores) {
        values.put(step, scores.getOrDefault(metric, Double.NaN));
    }

    /** Whether this version's evaluation is known. */
    public synchronized boolean knows(int step) {
        return values.containsKey(step);
    }

    /** The first step of the best value; {@link #NONE} before any was finite. */
    public synchronized int step() {
        int best = NONE;
        double least = Double.POSITIVE_INFINITY;
        double sign = metric.equals(Metric.LOSS.word()) ? 1 : -1;
        for (var evaluated : values.entrySet()) {
            if (sign * evaluated.getValue() < least) {
                least = sign * evaluated.getValue();
                best = evaluated.getKey();
            }
        }
        return best;
    }

    /** Whether so many evaluations in a row brought nothing better. */
    public synchronized boolean exhausted() {
        int best = step();
        return patience > 0 && best != NONE && values.tailMap(best, false).size() >= patience;
    }

    /** What there is to say of a run that ends for it. */
    public String account() {
        return "the best val_" + metric + " was that of step " + step();
    }
}
