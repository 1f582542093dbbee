package org.weft.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.TreeMap;

/**
 * Which evaluated version of the parameters has the lowest validation loss, and how long ago that was. Safe for use by many
 * threads.
 */
public final class BestStep {
    /** Nothing was evaluated yet. */
    public static final int NONE = -1;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final int patience;
    private final TreeMap<Integer, Double> losses = new TreeMap<>();

    /**
     * @param patience evaluations without a lower loss after which {@link #exhausted}; 0 for never
     */
    public BestStep(int patience) {
        this.patience = patience;
    }

    /** Takes what a run wrote down before: lines of {@code metrics.jsonl}. */
    public synchronized void take(List<String> lines) {
        for (String line : lines) {
            try {
                JsonNode step = JSON.readTree(line);
                if (step.path("val_loss").isNumber()) {
                    evaluated(step.path("step").asInt(), step.path("val_loss").asDouble());
                }
            } catch (JsonProcessingException halfWritten) {
                continue;
            }
        }
    }

    /** A version was evaluated, or evaluated again. */
    public synchronized void evaluated(int step, double loss) {
        losses.put(step, loss);
    }

    /** The first step of the lowest loss; {@link #NONE} before any was finite. */
    public synchronized int step() {
        int best = NONE;
        double lowest = Double.POSITIVE_INFINITY;
        for (var evaluated : losses.entrySet()) {
            if (evaluated.getValue() < lowest) {
                lowest = evaluated.getValue();
                best = evaluated.getKey();
            }
        }
        return best;
    }

    /** Whether so many evaluations in a row brought nothing better. */
    public synchronized boolean exhausted() {
        int best = step();
        return patience > 0 && best != NONE && losses.tailMap(best, false).size() >= patience;
    }
}
